package io.github.clonemap.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Who hears events that are published in a context: its listeners and those of its
 * parents, as they are now.
 * <p>
 * A context knows its listeners, whether they are beans, methods with
 * {@code @EventListener} or were added by hand; Spring's own adapter says which types of
 * events one takes. Beans that do not exist yet, because they are lazy or prototypes, are
 * judged by their declared type.
 */
final class EventAudience {

	/**
	 * Listeners of Boot itself, such as that of DevTools, ask for all events and look for
	 * their own.
	 */
	private static final String BOOT = "org.springframework.boot.";

	private final List<Predicate<ResolvableType>> listeners = new ArrayList<>();

	EventAudience(ApplicationContext context) {
		for (ApplicationContext each = context; each != null; each = each.getParent()) {
			if (each instanceof AbstractApplicationContext known) {
				addListeners(known);
			}
			else {
				// Nobody can say who listens there.
				this.listeners.add((eventType) -> true);
			}
		}
	}

	private void addListeners(AbstractApplicationContext context) {
		for (ApplicationListener<?> listener : context.getApplicationListeners()) {
			if (!listener.getClass().getName().startsWith(BOOT)) {
				this.listeners.add(new GenericApplicationListenerAdapter(listener)::supportsEventType);
			}
		}
		Arrays.stream(context.getBeanNamesForType(ApplicationListener.class, true, false))
			.filter((name) -> !context.getBeanFactory().containsSingleton(name))
			.forEach((name) -> this.listeners.add(declaredBy(name, context)));
	}

	private static Predicate<ResolvableType> declaredBy(String name, AbstractApplicationContext context) {
		ResolvableType eventType = ResolvableType.forClass(context.getType(name, false))
			.as(ApplicationListener.class)
			.getGeneric();
		return (type) -> eventType == ResolvableType.NONE || eventType.isAssignableFrom(type);
	}

	/**
	 * Whether anybody takes events of a type.
	 */
	boolean hears(ResolvableType eventType) {
		return this.listeners.stream().anyMatch((listener) -> listener.test(eventType));
	}

	/**
	 * Whether anybody takes events of a type, but not those of another one.
	 */
	boolean hearsButNot(ResolvableType eventType, ResolvableType other) {
		return this.listeners.stream().anyMatch((listener) -> listener.test(eventType) && !listener.test(other));
	}

}
