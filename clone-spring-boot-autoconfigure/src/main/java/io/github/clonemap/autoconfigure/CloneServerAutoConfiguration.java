package io.github.clonemap.autoconfigure;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.PairSettings;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.server.ServerSockets;
import io.github.clonemap.zeromq.ZmqServerSockets;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the embedded server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = CloneAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "clone.enabled", matchIfMissing = true)
@Conditional(OnEmbeddedServerCondition.class)
@EnableConfigurationProperties(CloneProperties.class)
@ImportRuntimeHints(CloneRuntimeHints.class)
public final class CloneServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CloneServer cloneServer(CloneProperties properties) {
		CloneProperties.Server server = properties.server();
		ServerSettings settings = CloneSettings.server(server);
		PairSettings pair = CloneSettings.pair(server);
		String address = ServerAddress.toListenOn(server.address());
		ServerSockets.Factory sockets = ZmqServerSockets.factory(address, server.port(), settings.maxValueSize(),
				(pair != null) ? CloneSettings.peer(server) : null, server.chp().enabled());
		return new CloneServer(settings, pair, sockets, Clock.system());
	}

	@Bean
	CloneServerLifecycle cloneServerLifecycle(CloneServer server, CloneProperties properties,
			ConfigurableApplicationContext context) {
		CloneServerEventPublisher publisher = new CloneServerEventPublisher(server,
				properties.server().bstar().conflictLog(), context);
		return new CloneServerLifecycle(server, properties.server(), publisher, context);
	}

}
