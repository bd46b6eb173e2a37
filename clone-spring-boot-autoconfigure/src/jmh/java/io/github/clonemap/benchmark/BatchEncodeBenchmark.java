package io.github.clonemap.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Update;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What does it cost to write an update into a batch of 64, beside the same fields through
 * a {@link DataOutputStream}?
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=encode -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchEncodeBenchmark {

	static final int UPDATES = 64;

	private final Update[] updates = updates();

	private final FrameWriter writer = new FrameWriter(16_384);

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16_384);

	static Update[] updates() {
		Update[] updates = new Update[UPDATES];
		for (int i = 0; i < UPDATES; i++) {
			updates[i] = new Update(Update.Kind.PUT, Values.key(i), Values.of(i, 0), i + 1, 1, CloneWriter.Kind.NATIVE,
					1, 0, false);
		}
		return updates;
	}

	@Benchmark
	@OperationsPerInvocation(UPDATES)
	public byte[] baseline() throws IOException {
		this.bytes.reset();
		DataOutputStream out = new DataOutputStream(this.bytes);
		for (Update update : this.updates) {
			out.writeByte(update.kind().ordinal());
			out.writeLong(update.sequence());
			out.writeLong(update.serverTimeMicros());
			out.writeByte(update.writerKind().ordinal());
			out.writeLong(update.writerId());
			out.writeByte(0);
			out.writeUTF(update.key());
			out.writeInt(update.value().length);
			out.write(update.value());
		}
		return this.bytes.toByteArray();
	}

	@Benchmark
	@OperationsPerInvocation(UPDATES)
	public byte[] batch() {
		this.writer.clear();
		new StreamBatch(1, 0, 1, UPDATES, UPDATES, 1, UPDATES).write(this.writer);
		for (Update update : this.updates) {
			update.write(this.writer);
		}
		return this.writer.toByteArray();
	}

}
