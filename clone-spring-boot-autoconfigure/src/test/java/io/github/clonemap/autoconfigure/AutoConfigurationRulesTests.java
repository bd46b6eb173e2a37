package io.github.clonemap.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules to which Boot holds its own auto-configurations.
 */
class AutoConfigurationRulesTests {

	private static final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.github.clonemap");

	@Test
	void autoConfigurationsAreListed() {
		Set<String> present = classes.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.collect(Collectors.toSet());
		List<String> listed = ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.github.clonemap."))
			.toList();
		assertThat(listed).containsExactlyInAnyOrderElementsOf(present).isSorted().hasSize(8);
	}

	@Test
	void autoConfigurationsArePublicAndFinalWithoutPublicMembers() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.andShould(haveNoPublicMembers())
			.check(classes);
	}

	@Test
	void classesNamedAutoConfigurationAreAutoConfigurations() {
		classes().that()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.should()
			.beAnnotatedWith(AutoConfiguration.class)
			.check(classes);
	}

	@Test
	void beanMethodsArePackagePrivateAndHaveNoClassConditions() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.should()
			.bePackagePrivate()
			.andShould()
			.notBeAnnotatedWith(ConditionalOnClass.class)
			.check(classes);
	}

	@Test
	void missingBeanConditionsDoNotRepeatTheReturnType() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.and()
			.areAnnotatedWith(ConditionalOnMissingBean.class)
			.should(new ArchCondition<>("not repeat the return type") {

				@Override
				public void check(JavaMethod method, ConditionEvents events) {
					Class<?>[] types = method.getAnnotationOfType(ConditionalOnMissingBean.class).value();
					if (types.length == 1 && types[0].getName().equals(method.getRawReturnType().getName())) {
						events.add(SimpleConditionEvent.violated(method, method.getFullName() + " repeats its type"));
					}
				}

			})
			.check(classes);
	}

	@Test
	void conditionsAreNotPublic() {
		classes().that().areAssignableTo(Condition.class).should().notBePublic().check(classes);
	}

	@Test
	void caseIsChangedWithLocale() {
		noClasses().should()
			.callMethod(String.class, "toLowerCase")
			.orShould()
			.callMethod(String.class, "toUpperCase")
			.check(classes);
	}

	@Test
	void failureAnalyzersAreListed() {
		Set<String> present = classes.stream()
			.filter((type) -> type.isAssignableTo(FailureAnalyzer.class))
			.map(JavaClass::getName)
			.collect(Collectors.toSet());
		List<String> loaded = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, (type, name, failure) -> {
			})
			.stream()
			.map((analyzer) -> analyzer.getClass().getName())
			.filter((name) -> name.startsWith("io.github.clonemap."))
			.toList();
		assertThat(loaded).containsExactlyInAnyOrderElementsOf(present).hasSize(3);
	}

	private static ArchCondition<JavaClass> haveNoPublicMembers() {
		return new ArchCondition<>("have no public members") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				for (JavaMember member : type.getMembers()) {
					// The constructor that the compiler makes is as public as its class.
					boolean constructor = member instanceof JavaConstructor;
					if (!constructor && member.getModifiers().contains(JavaModifier.PUBLIC)) {
						events.add(SimpleConditionEvent.violated(type, member.getFullName() + " is public"));
					}
				}
			}

		};
	}

}
