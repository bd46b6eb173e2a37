package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Guava's tests of the {@code ConcurrentMap} contract, against a map that is shared over
 * real sockets: the features that it honestly has are everything but null keys, null
 * values and empty values.
 */
class ConcurrentMapContractTests {

	private static final AtomicInteger maps = new AtomicInteger();

	private static CloneServer server;

	private static CloneClient client;

	@BeforeAll
	static void start() throws InterruptedException {
		ServerSettings settings = ServerSettings.defaults();
		server = new CloneServer(settings, ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()),
				Clock.system());
		server.start();
		client = new CloneClient(ClientSettings.defaults(), ValueCodecs.BASIC, ZmqClientSockets.factory(),
				Clock.system());
		client.start(List.of(new ServerEndpoint("127.0.0.1", server.port())));
		assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
	}

	@AfterAll
	static void stop() {
		client.stop();
		server.stop();
	}

	@TestFactory
	Stream<DynamicNode> contractOfTheWholeMap() {
		return nodes(suite("whole map", ""));
	}

	@TestFactory
	Stream<DynamicNode> contractOfAView() {
		return nodes(suite("view", "/view/"));
	}

	private static TestSuite suite(String name, String parent) {
		return ConcurrentMapTestSuiteBuilder.using(new TestStringMapGenerator() {

			@Override
			protected Map<String, String> create(Map.Entry<String, String>[] entries) {
				CloneMap<String> map;
				if (parent.isEmpty()) {
					map = client.map("whole", "", ValueCodec.STRING, null);
					map.clear();
				}
				else {
					String subtree = parent + maps.incrementAndGet() + "/";
					map = client.map(subtree, subtree, ValueCodec.STRING, null);
				}
				for (Map.Entry<String, String> entry : entries) {
					map.put(entry.getKey(), entry.getValue());
				}
				return map;
			}

		})
			.named(name)
			.withFeatures(MapFeature.GENERAL_PURPOSE, CollectionSize.ANY, CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
			.createTestSuite();
	}

	/**
	 * JUnit 3 suites would need the deprecated vintage engine; a test case can run itself
	 * just as well.
	 */
	private static Stream<DynamicNode> nodes(TestSuite suite) {
		return Collections.list(suite.tests()).stream().map(ConcurrentMapContractTests::node);
	}

	private static DynamicNode node(Test test) {
		if (test instanceof TestSuite suite) {
			return DynamicContainer.dynamicContainer(String.valueOf(suite.getName()), nodes(suite));
		}
		return DynamicTest.dynamicTest(test.toString(), ((TestCase) test)::runBare);
	}

}
