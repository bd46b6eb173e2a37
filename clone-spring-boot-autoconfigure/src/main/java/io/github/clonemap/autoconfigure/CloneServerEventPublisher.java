package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.event.CloneConflictEvent;
import io.github.clonemap.event.CloneServerRoleChangedEvent;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerListener;
import io.github.clonemap.server.ServerRole;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.json.JsonWriter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes what happens to the embedded server as application events, from start to stop
 * and only what somebody listens to, and keeps what is lost after a partition in a file,
 * if there is one to keep it in.
 */
final class CloneServerEventPublisher implements ServerListener {

	private static final Logger logger = LoggerFactory.getLogger(CloneServerEventPublisher.class);

	private static final JsonWriter<CloneConflict> JSON = JsonWriter.of((members) -> {
		members.add("key", CloneConflict::key);
		members.add("value", (conflict) -> {
			byte[] value = conflict.value();
			return (value != null) ? Base64.getEncoder().encodeToString(value) : null;
		});
		members.add("sequence", CloneConflict::sequence);
		members.add("writerKind", (conflict) -> conflict.writer().kind().name());
		members.add("writerId", (conflict) -> conflict.writer().id());
		members.add("serverTime", (conflict) -> conflict.serverTime().toString());
	});

	private final CloneServer server;

	private final @Nullable Path conflictLog;

	private final ConfigurableApplicationContext context;

	private boolean listening;

	private volatile boolean roles;

	private volatile boolean conflicts;

	private volatile boolean running;

	CloneServerEventPublisher(CloneServer server, @Nullable Path conflictLog, ConfigurableApplicationContext context) {
		this.server = server;
		this.conflictLog = conflictLog;
		this.context = context;
	}

	void start() {
		this.running = true;
		if (!this.listening) {
			this.listening = true;
			EventAudience audience = new EventAudience(this.context);
			this.roles = audience.hears(ResolvableType.forClass(CloneServerRoleChangedEvent.class));
			this.conflicts = audience.hears(ResolvableType.forClass(CloneConflictEvent.class));
			this.server.addListener(this);
		}
	}

	void stop() {
		this.running = false;
	}

	@Override
	public void onRoleChanged(ServerRole from, ServerRole to, int epoch) {
		if (this.running && this.roles) {
			this.context.publishEvent(new CloneServerRoleChangedEvent(this.server, from.name(), to.name(), epoch));
		}
	}

	@Override
	public void onConflicts(List<CloneConflict> conflicts) {
		if (this.conflictLog != null) {
			append(this.conflictLog, conflicts);
		}
		if (this.running && this.conflicts) {
			this.context.publishEvent(new CloneConflictEvent(this.server, conflicts));
		}
	}

	private void append(Path file, List<CloneConflict> conflicts) {
		StringBuilder lines = new StringBuilder();
		conflicts.forEach((conflict) -> lines.append(JSON.writeToString(conflict)).append('\n'));
		try {
			Files.writeString(file, lines, StandardCharsets.UTF_8, StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
			logger.warn("{} lost writes are in {}", conflicts.size(), file);
		}
		catch (IOException ex) {
			logger.error("{} lost writes could not be written to {} (clone.server.bstar.conflict-log)",
					conflicts.size(), file, ex);
		}
	}

}
