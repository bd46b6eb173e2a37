package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link WriteBudget}.
 */
class WriteBudgetTests {

	private final WriteBudget budget = new WriteBudget(3, 1000);

	@Test
	void noMoreWritesGetRoomThanAllowed() {
		for (int i = 0; i < 3; i++) {
			assertThat(acquire(100)).isTrue();
		}
		assertThat(acquire(100)).isFalse();
		assertThat(this.budget.count()).isEqualTo(3);
		this.budget.release(100);
		assertThat(acquire(100)).isTrue();
	}

	@Test
	void noMoreBytesGetRoomThanAllowed() {
		assertThat(acquire(600)).isTrue();
		assertThat(acquire(401)).isFalse();
		assertThat(acquire(400)).isTrue();
		this.budget.release(600);
		assertThat(acquire(600)).isTrue();
	}

	@Test
	void aWriteThatIsLargerThanAllIsAllowedGetsRoomAlone() {
		assertThat(acquire(Integer.MAX_VALUE)).isTrue();
		assertThat(acquire(1)).isFalse();
		assertThat(this.budget.acquireExcess(Integer.MAX_VALUE)).isFalse();
		assertThat(this.budget.count()).isOne();
		this.budget.release(Integer.MAX_VALUE);
		assertThat(acquire(1)).isTrue();
		assertThat(acquire(Integer.MAX_VALUE)).isFalse();
	}

	@Test
	void aThreadThatMustNotWaitMayGoBeyond() {
		for (int i = 0; i < 3; i++) {
			assertThat(acquire(100)).isTrue();
		}
		for (int i = 0; i < 3; i++) {
			assertThat(this.budget.acquireExcess(500)).isTrue();
		}
		assertThat(this.budget.acquireExcess(1)).isFalse();
		assertThat(this.budget.count()).isEqualTo(6);
	}

	@Test
	void whoWaitsGetsRoomWhenThereIsSome() throws Exception {
		assertThat(acquire(1000)).isTrue();
		CompletableFuture<Boolean> waiting = CompletableFuture
			.supplyAsync(() -> this.budget.acquire(1, TimeUnit.SECONDS.toNanos(5)));
		this.budget.release(1000);
		assertThat(waiting.get(5, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whatManyThreadsTakeAndGiveBackAddsUp() {
		List<CompletableFuture<Void>> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			threads.add(CompletableFuture.runAsync(() -> {
				for (int weight = 1; weight <= 20_000; weight++) {
					if (this.budget.acquireExcess(weight)) {
						this.budget.release(weight);
					}
				}
			}));
		}
		threads.forEach(CompletableFuture::join);
		assertThat(this.budget.count()).isZero();
		assertThat(acquire(1000)).isTrue();
		assertThat(acquire(1)).isFalse();
	}

	private boolean acquire(int weight) {
		return this.budget.acquire(weight, 0);
	}

}
