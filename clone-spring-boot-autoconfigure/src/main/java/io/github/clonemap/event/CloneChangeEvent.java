package io.github.clonemap.event;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneMap;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;

/**
 * A change of one key of a map. The event is generic: a listener of
 * {@code CloneChangeEvent<Flag>} hears only of maps whose values are {@code Flag}s.
 * <p>
 * <b>Which maps tell.</b> A listener of {@code CloneChangeEvent<?>} hears the maps of
 * {@code clone.maps}, or the map over everything if there are none. The map over
 * everything beside others, and views that are beans of the application, repeat what
 * those tell; they do so only if there is a listener of their own type of values, such as
 * {@code CloneChangeEvent<byte[]>}. Who listens is asked once, when the application
 * starts: a listener that is added by hand later hears what others have asked for.
 * <p>
 * <b>What comes.</b> First every entry that is there when the client starts, in phase
 * {@link CloneChange.Phase#INITIAL}, then every change. When the application is stopped
 * and started again, as a paused test context is, only the difference comes.
 * <p>
 * <b>Threads.</b> Published on the client's dispatch threads: changes of one key one
 * after the other and in order, changes of different keys possibly at the same time. A
 * listener that blocks delays the changes behind it and, when the queues are full, this
 * client's view, unless {@code clone.events.overflow} is {@code conflate}; it delays
 * nobody else's. What it throws is logged and counted, and stops nothing; but as always
 * with Spring's events, listeners that come after it do not hear that one.
 *
 * @param <V> the type of the map's values
 * @since 0.1.0
 */
public final class CloneChangeEvent<V> extends ApplicationEvent implements ResolvableTypeProvider {

	/**
	 * To build the type anew for each event would cost more than all the rest of the
	 * publication. A {@link ClassValue} goes away with its class, as DevTools needs it.
	 */
	private static final ClassValue<ResolvableType> TYPES = new ClassValue<>() {

		@Override
		protected ResolvableType computeValue(Class<?> valueType) {
			return ResolvableType.forClassWithGenerics(CloneChangeEvent.class, valueType);
		}

	};

	private final CloneMap<V> map;

	private final CloneChange<V> change;

	private final ResolvableType type;

	/**
	 * Creates the event.
	 * @param map the map that has changed, which is the source of the event: always the
	 * same object, so that Spring finds the listeners in its cache
	 * @param valueType the type of the map's values
	 * @param change the change
	 */
	public CloneChangeEvent(CloneMap<V> map, Class<V> valueType, CloneChange<V> change) {
		super(map);
		this.map = map;
		this.change = change;
		this.type = type(valueType);
	}

	/**
	 * The full type of the events of a map.
	 * @param valueType the type of the map's values
	 * @return such as {@code CloneChangeEvent<Flag>}
	 */
	public static ResolvableType type(Class<?> valueType) {
		return TYPES.get(valueType);
	}

	/**
	 * The map that has changed. It may be ahead of this change already.
	 * @return the map
	 */
	public CloneMap<V> getMap() {
		return this.map;
	}

	/**
	 * The change, with its sequence, writer and times.
	 * @return the change
	 */
	public CloneChange<V> getChange() {
		return this.change;
	}

	/**
	 * The key that has changed.
	 * @return the key, relative to the map's subtree
	 */
	public String getKey() {
		return this.change.key();
	}

	/**
	 * What happened to the key.
	 * @return the kind of the change
	 */
	public CloneChange.Kind getKind() {
		return this.change.kind();
	}

	/**
	 * The value after the change.
	 * @return the value, or {@code null} if there is none any more
	 */
	public @Nullable V getValue() {
		return this.change.value();
	}

	/**
	 * The value before the change, in this client's view.
	 * @return the value, or {@code null} if there was none
	 */
	public @Nullable V getPreviousValue() {
		return this.change.previousValue();
	}

	/**
	 * How the change reached this client. Entries that were there when the client started
	 * come in phase {@link CloneChange.Phase#INITIAL}.
	 * @return the phase
	 */
	public CloneChange.Phase getPhase() {
		return this.change.phase();
	}

	@Override
	public ResolvableType getResolvableType() {
		return this.type;
	}

	/**
	 * Names the map, not the key or the values, which are nobody's business in a log.
	 */
	@Override
	public String toString() {
		return "CloneChangeEvent[map=" + this.change.map() + ", kind=" + this.change.kind() + ", phase="
				+ this.change.phase() + ", sequence=" + this.change.sequence() + "]";
	}

}
