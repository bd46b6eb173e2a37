package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.Set;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.client.ClientListener;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.event.CloneChangeEvent;
import io.github.clonemap.event.CloneGapEvent;
import io.github.clonemap.event.CloneSnailEvent;
import io.github.clonemap.event.CloneStateChangedEvent;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes what the client hears as application events, on its dispatch threads, from
 * start to stop: earlier the context would keep the events, and later it has nobody to
 * give them to.
 * <p>
 * An event that nobody hears still costs more than a read, for each change of each map.
 * So it is decided once, at the first start, what anybody can hear, and only that is
 * published.
 * <p>
 * Maps overlap: the one over everything shows what those of {@code clone.maps} show, and
 * an application may have views of its own. So that a listener of
 * {@code CloneChangeEvent<?>} hears each change once, some maps together tell everything:
 * those of {@code clone.maps}, or without any the one over everything. The others are
 * published only where somebody asks for their type of values.
 */
final class CloneEventPublisher {

	private final CloneClient client;

	private final ConfigurableApplicationContext context;

	private final Set<String> configured;

	private boolean listening;

	private volatile boolean running;

	/**
	 * Creates a publisher.
	 * @param client the client
	 * @param context where to publish
	 * @param configured the names of the maps of {@code clone.maps}
	 */
	CloneEventPublisher(CloneClient client, ConfigurableApplicationContext context, Set<String> configured) {
		this.client = client;
		this.context = context;
		this.configured = configured;
	}

	void start() {
		this.running = true;
		if (!this.listening) {
			this.listening = true;
			listen(new EventAudience(this.context));
		}
	}

	/**
	 * Only once: a listener that is new hears all entries again, one that was there
	 * before hears what has changed between a stop and a start.
	 */
	private void listen(EventAudience audience) {
		listenToStates(audience);
		for (CloneMapBean<?> map : CloneMapBean.all(this.context.getBeanFactory())) {
			ResolvableType eventType = CloneChangeEvent.type(map.valueType());
			if (tellsEverything(map.name()) ? audience.hears(eventType)
					: audience.hearsButNot(eventType, CloneChangeEvent.type(Nothing.class))) {
				listenToChanges(map);
			}
		}
	}

	private boolean tellsEverything(String name) {
		return this.configured.isEmpty() ? name.equals(CloneAutoConfiguration.CLONE_MAP)
				: this.configured.contains(name);
	}

	private void listenToStates(EventAudience audience) {
		boolean states = audience.hears(ResolvableType.forClass(CloneStateChangedEvent.class));
		boolean gaps = audience.hears(ResolvableType.forClass(CloneGapEvent.class));
		boolean snails = audience.hears(ResolvableType.forClass(CloneSnailEvent.class));
		if (!states && !gaps && !snails) {
			return;
		}
		CloneClient source = this.client;
		this.client.addListener(new ClientListener() {

			@Override
			public void onStateChanged(CloneState from, CloneState to, String reason) {
				if (states) {
					publish(new CloneStateChangedEvent(source, from, to, reason));
				}
			}

			@Override
			public void onGap(long applied, long before) {
				if (gaps) {
					publish(new CloneGapEvent(source, applied, before));
				}
			}

			@Override
			public void onSnail(Duration latency, Duration error) {
				if (snails) {
					publish(new CloneSnailEvent(source, latency, error));
				}
			}

		});
	}

	private <V> void listenToChanges(CloneMapBean<V> bean) {
		CloneMap<V> map = bean.get(this.context.getBeanFactory());
		map.addListener((change) -> publish(new CloneChangeEvent<>(map, bean.valueType(), change)));
	}

	private void publish(ApplicationEvent event) {
		if (this.running) {
			this.context.publishEvent(event);
		}
	}

	void stop() {
		this.running = false;
	}

	/**
	 * The values of no map: who hears of their changes hears of all changes.
	 */
	private static final class Nothing {

	}

}
