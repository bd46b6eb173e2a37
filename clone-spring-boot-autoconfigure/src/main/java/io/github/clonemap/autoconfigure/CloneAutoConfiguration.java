package io.github.clonemap.autoconfigure;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.zeromq.ZmqClientSockets;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the client and its maps.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "clone.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CloneProperties.class)
@Import(CloneMapsRegistrar.class)
@ImportRuntimeHints(CloneRuntimeHints.class)
public final class CloneAutoConfiguration {

	static final String CLONE_MAP = "cloneMap";

	@Bean
	@ConditionalOnMissingBean(CloneConnectionDetails.class)
	PropertiesCloneConnectionDetails cloneConnectionDetails(CloneProperties properties,
			ObjectProvider<CloneServer> server) {
		return new PropertiesCloneConnectionDetails(properties, server.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	ValueCodecs cloneValueCodecs() {
		return ValueCodecs.BASIC;
	}

	@Bean
	@ConditionalOnMissingBean
	CloneClient cloneClient(CloneProperties properties, ValueCodecs codecs, Environment environment) {
		ClientSettings settings = CloneSettings.client(properties,
				environment.getProperty("spring.application.name", "clone"));
		return new CloneClient(settings, codecs, ZmqClientSockets.factory(), Clock.system());
	}

	@Bean(CLONE_MAP)
	@ConditionalOnMissingBean(name = CLONE_MAP)
	CloneMap<byte[]> cloneMap(CloneClient client) {
		return client.map(CLONE_MAP, "", ValueCodec.BYTES, null);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "clone.events.enabled", matchIfMissing = true)
	CloneEventPublisher cloneEventPublisher(CloneClient client, CloneProperties properties,
			ConfigurableApplicationContext context) {
		return new CloneEventPublisher(client, context, CloneMapDefinition.names(properties.maps()));
	}

	@Bean
	CloneClientLifecycle cloneClientLifecycle(CloneClient client, CloneConnectionDetails connectionDetails,
			CloneProperties properties, ObjectProvider<CloneEventPublisher> publisher, ApplicationContext context) {
		client.setOnTooSlow(new SnailExit(client, context, System::exit));
		return new CloneClientLifecycle(client, connectionDetails, properties.startup(), publisher.getIfAvailable());
	}

}
