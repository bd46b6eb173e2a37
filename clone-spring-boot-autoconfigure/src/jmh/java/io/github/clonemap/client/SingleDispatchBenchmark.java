package io.github.clonemap.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does it cost to hand one change over to a thread that sleeps, until it has been
 * told? This is the usual case where changes are rare. Beside it a
 * {@link ThreadPoolExecutor}.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=dispatch-one -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SingleDispatchBenchmark {

	private DispatchThreads threads;

	private ThreadPoolExecutor executor;

	@Setup
	public void start() {
		this.threads = new DispatchThreads("benchmark", ClientSettings.DEFAULT_EVENT_THREADS,
				ClientSettings.DEFAULT_EVENT_QUEUE_CAPACITY, EventOverflow.BLOCK, TimeUnit.SECONDS.toNanos(10), null);
		this.executor = new ThreadPoolExecutor(ClientSettings.DEFAULT_EVENT_THREADS,
				ClientSettings.DEFAULT_EVENT_THREADS, 1, TimeUnit.MINUTES,
				new LinkedBlockingQueue<>(ClientSettings.DEFAULT_EVENT_QUEUE_CAPACITY));
	}

	@TearDown
	public void stop() {
		this.threads.stop(TimeUnit.SECONDS.toNanos(1));
		this.executor.shutdown();
	}

	@Benchmark
	public void baseline() throws InterruptedException {
		CountDownLatch told = new CountDownLatch(1);
		this.executor.execute(new CountedChange(told));
		told.await();
	}

	@Benchmark
	public void dispatch() throws InterruptedException {
		CountDownLatch told = new CountDownLatch(1);
		this.threads.dispatch(0, new CountedChange(told));
		this.threads.flush();
		told.await();
	}

}
