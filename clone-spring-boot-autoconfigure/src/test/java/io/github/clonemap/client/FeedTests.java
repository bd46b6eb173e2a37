package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryTable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Feed}.
 */
class FeedTests {

	private final List<CloneChange<String>> told = new ArrayList<>();

	private final ChangeListeners listeners = new ChangeListeners();

	private final Dispatcher roomy = new Dispatcher() {

		@Override
		public boolean hasRoom() {
			return true;
		}

		@Override
		public void dispatch(int hash, Delivery delivery) {
			delivery.run();
		}

		@Override
		public void announce(Runnable announcement) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void flush() {
			// Nothing waits.
		}

		@Override
		public void complete(Runnable completion) {
			throw new UnsupportedOperationException();
		}

		@Override
		public int queued() {
			return 0;
		}

	};

	@Test
	void manyChangesAreHandedOverInSeveralTurnsEvenIfThereIsRoomForAll() {
		this.listeners.add(new Listening<>(new EntryReader<>("test", "", ValueCodec.STRING, () -> {
		}), this.told::add));
		this.listeners.begin();
		EntryTable<ReplicaEntry> before = new EntryTable<>(0);
		EntryTable<ReplicaEntry> after = new EntryTable<>(0);
		for (int i = 0; i < 20_000; i++) {
			ReplicaEntry entry = new ReplicaEntry(Update.Kind.PUT, "/" + i, new byte[] { 'v' }, i + 1, 0,
					CloneWriter.Kind.NATIVE, 1, 0, false);
			((i < 9_000) ? before : after).put(entry);
		}
		Feed feed = Feed.difference(this.listeners, before, after, Phase.RESYNC, 20_000, 0);
		List<Integer> heard = new ArrayList<>();
		boolean complete = false;
		while (!complete) {
			int known = this.told.size();
			complete = feed.advance(this.roomy);
			heard.add(this.told.size() - known);
		}
		assertThat(heard).containsExactly(8192, 8192, 3616);
		assertThat(this.told).filteredOn((change) -> change.kind() == Kind.CREATED).hasSize(11_000);
		assertThat(this.told).filteredOn((change) -> change.kind() == Kind.REMOVED).hasSize(9_000);
	}

}
