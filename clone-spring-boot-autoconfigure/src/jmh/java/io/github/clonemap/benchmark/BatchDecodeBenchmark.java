package io.github.clonemap.benchmark;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Update;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does it cost to read and check an update of a batch of 64, beside the same fields
 * through a {@link DataInputStream}, unchecked?
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=decode -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchDecodeBenchmark {

	private static final int UPDATES = BatchEncodeBenchmark.UPDATES;

	private byte[] plain;

	private byte[] frame;

	@Setup
	public void encode() throws IOException {
		BatchEncodeBenchmark encode = new BatchEncodeBenchmark();
		this.plain = encode.baseline();
		this.frame = encode.batch();
	}

	@Benchmark
	@OperationsPerInvocation(UPDATES)
	public void baseline(Blackhole blackhole) throws IOException {
		DataInputStream in = new DataInputStream(new ByteArrayInputStream(this.plain));
		for (int i = 0; i < UPDATES; i++) {
			blackhole.consume(in.readByte());
			blackhole.consume(in.readLong());
			blackhole.consume(in.readLong());
			blackhole.consume(in.readByte());
			blackhole.consume(in.readLong());
			blackhole.consume(in.readByte());
			blackhole.consume(in.readUTF());
			byte[] value = new byte[in.readInt()];
			in.readFully(value);
			blackhole.consume(value);
		}
	}

	@Benchmark
	@OperationsPerInvocation(UPDATES)
	public void batch(Blackhole blackhole) throws MalformedMessageException {
		FrameReader reader = new FrameReader(this.frame);
		StreamBatch batch = StreamBatch.read(reader);
		for (int i = 0; i < batch.count(); i++) {
			blackhole.consume(Update.read(reader, Update::new));
		}
		reader.end("batch");
	}

}
