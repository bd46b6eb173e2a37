package io.github.clonemap.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * What JeroMQ does by reflection: its subscription tries make arrays of themselves.
 */
class CloneRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection()
			.registerType(TypeReference.of("zmq.socket.pubsub.Trie[]"))
			.registerType(TypeReference.of("zmq.socket.pubsub.Mtrie[]"));
	}

}
