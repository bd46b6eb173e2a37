package io.github.clonemap;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.server.CloneServer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arrows between the packages, and what none of them may use. A package that does not
 * exist yet has its arrows already.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.clonemap";

	private static final String[] ENGINE = packages("", "protocol..", "store", "agent", "client", "binarystar",
			"server", "zeromq");

	private static final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	static Stream<Arrows> arrows() {
		return Stream.of(new Arrows("", ""), new Arrows("protocol", ""), new Arrows("protocol.chp", "", "protocol"),
				new Arrows("store", "", "protocol"), new Arrows("agent"),
				new Arrows("client", "", "protocol", "store", "agent"), new Arrows("binarystar", ""),
				new Arrows("server", "", "protocol..", "store", "agent", "binarystar"),
				new Arrows("zeromq", "", "protocol..", "store", "agent", "client", "binarystar", "server"),
				new Arrows("metrics", "", "client", "server", "binarystar"),
				new Arrows("health", "", "client", "server", "binarystar"),
				new Arrows("actuate", "", "client", "server", "binarystar"), new Arrows("event", ""),
				new Arrows("jackson", "", "client"), new Arrows("autoconfigure..", ".."));
	}

	@ParameterizedTest
	@MethodSource("arrows")
	void aPackageUsesOnlyThoseThatItsArrowsPointTo(Arrows arrows) {
		String[] allowed = Stream.concat(Stream.of(arrows.from()), Stream.of(arrows.to())).toArray(String[]::new);
		noClasses().that()
			.resideInAnyPackage(packages(arrows.from()))
			.should()
			.dependOnClassesThat(
					resideInAPackage(ROOT + "..").and(DescribedPredicate.not(resideInAnyPackage(packages(allowed)))))
			.allowEmptyShould(true)
			.check(classes);
	}

	@Test
	void everyPackageHasItsArrows() {
		String[] known = arrows().flatMap((arrows) -> Arrays.stream(packages(arrows.from()))).toArray(String[]::new);
		assertThat(classes).filteredOn(DescribedPredicate.not(resideInAnyPackage(known))::test).isEmpty();
	}

	@Test
	void packagesHaveNoCycles() {
		SlicesRuleDefinition.slices().assignedFrom(new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
				return SliceIdentifier.of(javaClass.getPackageName());
			}

			@Override
			public String getDescription() {
				return "packages";
			}

		}).should().beFreeOfCycles().check(classes);
	}

	@Test
	void onlyTheZeromqPackageHasSockets() {
		noClasses().that()
			.resideOutsideOfPackage(ROOT + ".zeromq")
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.zeromq..", "zmq.."))
			.check(classes);
	}

	@Test
	void theEngineRunsWithoutSpringAndWithoutMicrometer() {
		noClasses().that()
			.resideInAnyPackage(ENGINE)
			.should()
			.dependOnClassesThat(resideInAnyPackage("org.springframework..", "io.micrometer.."))
			.check(classes);
	}

	@Test
	void everyPackageSaysWhatItIsAndThatItIsNullMarked() {
		List<String> names = classes.stream().map(JavaClass::getPackageName).distinct().toList();
		TreeSet<String> unmarked = new TreeSet<>();
		for (String name : names) {
			JavaPackage javaPackage = classes.getPackage(name);
			if (!javaPackage.tryGetAnnotationOfType(NullMarked.class).isPresent()) {
				unmarked.add(name);
			}
		}
		assertThat(unmarked).isEmpty();
	}

	@Test
	void onlyTheAgentsClockReadsTheTimeOfDay() {
		noClasses().that()
			.doNotBelongToAnyOf(Clock.class)
			.should()
			.callMethod(System.class, "currentTimeMillis")
			.orShould()
			.callMethod(Instant.class, "now")
			.check(classes);
	}

	@Test
	void nobodySleeps() {
		noClasses().should()
			.callMethod(Thread.class, "sleep", long.class)
			.orShould()
			.callMethod(Thread.class, "sleep", long.class, int.class)
			.check(classes);
	}

	@Test
	void logsGoThroughSlf4j() {
		GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(classes);
		GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(classes);
	}

	@Test
	void whatAnAgentOwnsIsNotSynchronized() {
		// Starting and stopping is, and who ends what came too late for an agent.
		methods().that()
			.areDeclaredInClassesThat(resideInAnyPackage(packages("protocol..", "store", "client", "server"))
				.and(DescribedPredicate.not(JavaClass.Predicates.simpleName("ClientRun")))
				.and(DescribedPredicate.not(JavaClass.Predicates.belongToAnyOf(CloneClient.class, CloneServer.class))))
			.should()
			.notHaveModifier(JavaModifier.SYNCHRONIZED)
			.check(classes);
	}

	private static String[] packages(String... names) {
		return Arrays.stream(names)
			.map((name) -> (name.isEmpty() ? ROOT : name.equals("..") ? ROOT + ".." : ROOT + "." + name))
			.toArray(String[]::new);
	}

	/**
	 * What a package may use beside itself.
	 *
	 * @param from the package
	 * @param to the packages of ours that it may use
	 */
	record Arrows(String from, String... to) {

		@Override
		public String toString() {
			return (this.from.isEmpty() ? "(root)" : this.from) + " -> " + List.of(this.to);
		}

	}

}
