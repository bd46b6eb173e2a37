package io.github.clonemap.binarystar;

import java.time.Duration;

import io.github.clonemap.binarystar.BinaryStar.Copy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of {@link BinaryStar}, one by one.
 */
class BinaryStarTests {

	private static final long ID = 1;

	private static final long PEER = 2;

	private static final long SECOND_PEER = 3;

	private static final long TIMEOUT = Duration.ofSeconds(2).toNanos();

	private static final long TURN = TIMEOUT / 20;

	private long now = 1_000_000_000L;

	private long number;

	/** That of whoever is heard: the other one than that of the server made last. */
	private BinaryStarRole peerRole = BinaryStarRole.BACKUP;

	@Test
	void beginsWaitingAndWithoutACopy() {
		BinaryStar star = primary();
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
		assertThat(star.copy()).isEqualTo(Copy.NONE);
		assertThat(star.peer()).isNull();
		assertThat(star.rank()).isZero();
	}

	@Test
	void aPrimaryBecomesActiveWhenTheBackupWaitsForIt() {
		BinaryStar star = primary();
		hear(star, waiting(PEER));
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
		assertThat(star.copy()).isEqualTo(Copy.CURRENT);
	}

	@Test
	void aBackupDoesNotBecomeActiveWhenThePrimaryWaits() {
		BinaryStar star = backup(true);
		hear(star, waiting(PEER));
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
	}

	@Test
	void whoWaitsFollowsAnActivePeer() {
		BinaryStar primary = primary();
		hear(primary, active(PEER, 1, 0));
		assertThat(primary.state()).isEqualTo(BinaryStarState.PASSIVE);
		assertThat(primary.copy()).isEqualTo(Copy.NONE);
		BinaryStar backup = backup(false);
		hear(backup, active(PEER, 1, 0));
		assertThat(backup.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void whoWaitsLetsAPassivePeerDecide() {
		BinaryStar star = primary();
		hear(star, passive(PEER, 0, true));
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
	}

	@Test
	void aPrimaryBeginsAloneOnlyAfterATimeOutAndWhenAClientAsks() {
		BinaryStar star = primary();
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TIMEOUT);
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TURN);
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
		assertThat(star.onClientRequest(this.now)).isTrue();
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void aBackupBeginsAloneOnlyIfItMay() {
		BinaryStar star = backup(false);
		pass(star, 10 * TIMEOUT);
		assertThat(star.onClientRequest(this.now)).isFalse();
		star = backup(true);
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void aPassiveServerTakesOverWhenThePeerIsSilentAndAClientAsks() {
		BinaryStar star = inSync(backup(false));
		pass(star, TIMEOUT);
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TURN);
		assertThat(star.state()).isEqualTo(BinaryStarState.PASSIVE);
		assertThat(star.onClientRequest(this.now)).isTrue();
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void aPassiveServerDoesNotTakeOverFromAPeerThatSpeaks() {
		BinaryStar star = inSync(backup(false));
		for (int i = 0; i < 5; i++) {
			pass(star, TIMEOUT - TURN);
			star.onHeard(this.now);
			assertThat(star.onClientRequest(this.now)).isFalse();
		}
	}

	@Test
	void aCopyThatMayLackSomethingDoesNotTakeOver() {
		BinaryStar star = inSync(backup(false));
		hear(star, active(PEER, 1, 0));
		assertThat(star.copy()).isEqualTo(Copy.STALE);
		pass(star, 10 * TIMEOUT);
		assertThat(star.onClientRequest(this.now)).isFalse();
		assertThat(star.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void aCopyThatMayLackSomethingTakesOverIfTheServerMayStartAlone() {
		BinaryStar star = inSync(backup(true));
		hear(star, active(PEER, 1, 0));
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
	}

	@Test
	void whoHasNoCopyNeverTakesOver() {
		BinaryStar star = backup(true);
		hear(star, active(PEER, 1, ID));
		assertThat(star.copy()).isEqualTo(Copy.NONE);
		pass(star, 10 * TIMEOUT);
		assertThat(star.onClientRequest(this.now)).isFalse();
	}

	@Test
	void aCopyIsCurrentOnlyWhenThePeerHasSaidSo() {
		BinaryStar star = backup(false);
		hear(star, active(PEER, 1, 0));
		star.onCopied();
		assertThat(star.copy()).isEqualTo(Copy.STALE);
		hear(star, active(PEER, 1, SECOND_PEER));
		assertThat(star.copy()).isEqualTo(Copy.STALE);
		hear(star, active(PEER, 1, ID));
		assertThat(star.copy()).isEqualTo(Copy.CURRENT);
	}

	@Test
	void aCopyThatIsBrokenIsNotCurrentAnyMore() {
		BinaryStar star = inSync(backup(false));
		star.onCopyLost();
		assertThat(star.copy()).isEqualTo(Copy.STALE);
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isFalse();
	}

	@Test
	void aServerThatNeverHadACopyCannotLoseOne() {
		BinaryStar star = backup(false);
		star.onCopyLost();
		assertThat(star.copy()).isEqualTo(Copy.NONE);
	}

	@Test
	void aPassiveServerWithACopyTakesOverFromAPeerThatWasStartedAnew() {
		BinaryStar current = inSync(backup(false));
		hear(current, waiting(SECOND_PEER));
		assertThat(current.state()).isEqualTo(BinaryStarState.ACTIVE);
		BinaryStar stale = inSync(primary());
		hear(stale, active(PEER, 1, 0));
		hear(stale, waiting(SECOND_PEER));
		assertThat(stale.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void aPassiveServerWithoutACopyBeginsAnewWithAPeerThatWasStartedAnew() {
		BinaryStar star = backup(true);
		hear(star, active(PEER, 1, 0));
		pass(star, TIMEOUT / 2);
		hear(star, waiting(SECOND_PEER));
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
		pass(star, TIMEOUT);
		assertThat(star.onClientRequest(this.now)).as("listens for a whole time-out again").isFalse();
	}

	@Test
	void ofTwoPassiveServersTheOneWithACopyBecomesActive() {
		BinaryStar with = inSync(backup(false));
		hear(with, passive(PEER, 99, false));
		assertThat(with.state()).isEqualTo(BinaryStarState.ACTIVE);
		BinaryStar without = primary();
		hear(without, active(PEER, 1, 0));
		hear(without, passive(PEER, 0, true));
		assertThat(without.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void ofTwoPassiveServersWithCopiesTheOneThatIsFurtherBecomesActive() {
		BinaryStar ahead = inSync(backup(false));
		ahead.onSequence(8);
		hear(ahead, passive(PEER, 7, true));
		assertThat(ahead.state()).isEqualTo(BinaryStarState.ACTIVE);
		BinaryStar behind = inSync(primary());
		behind.onSequence(6);
		hear(behind, passive(PEER, 7, true));
		assertThat(behind.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void ofTwoPassiveServersThatAreEqualThePrimaryBecomesActive() {
		BinaryStar primary = inSync(primary());
		primary.onSequence(7);
		hear(primary, passive(PEER, 7, true));
		assertThat(primary.state()).isEqualTo(BinaryStarState.ACTIVE);
		BinaryStar backup = inSync(backup(false));
		backup.onSequence(7);
		hear(backup, passive(PEER, 7, true));
		assertThat(backup.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void twoPassiveServersWithoutDataBeginAnew() {
		BinaryStar star = backup(false);
		hear(star, active(PEER, 1, 0));
		hear(star, passive(PEER, 0, false));
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
	}

	@Test
	void ofTwoActiveServersTheOneOfTheHigherEpochStays() {
		BinaryStar older = activeIn(primary(), 4);
		hear(older, active(PEER, 5, 0));
		assertThat(older.state()).isEqualTo(BinaryStarState.PASSIVE);
		assertThat(older.copy()).as("what it ordered alone is not the peer's").isEqualTo(Copy.STALE);
		BinaryStar newer = activeIn(primary(), 6);
		hear(newer, active(PEER, 5, 0));
		assertThat(newer.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void ofTwoActiveServersOfOneEpochTheBackupStays() {
		BinaryStar primary = activeIn(primary(), 5);
		hear(primary, active(PEER, 5, 0));
		assertThat(primary.state()).isEqualTo(BinaryStarState.PASSIVE);
		BinaryStar backup = activeIn(backup(true), 5);
		hear(backup, active(PEER, 5, 0));
		assertThat(backup.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void ofTwoServersThatBothBeganAloneTheOneThatBeganEarlierStays() {
		BinaryStar primary = activeIn(primary(), 1);
		primary.onSequence(700);
		hear(primary, state(PEER, BinaryStarState.ACTIVE, 1, 900, true, 0));
		assertThat(primary.state()).isEqualTo(BinaryStarState.ACTIVE);
		hear(primary, state(PEER, BinaryStarState.ACTIVE, 1, 500, true, 0));
		assertThat(primary.state()).isEqualTo(BinaryStarState.PASSIVE);
		BinaryStar backup = activeIn(backup(true), 1);
		backup.onSequence(900);
		hear(backup, state(PEER, BinaryStarState.ACTIVE, 1, 700, true, 0));
		assertThat(backup.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void whoHasSteppedDownTakesOverOnlyAfterItHasTheOthersData() {
		BinaryStar star = activeIn(primary(), 4);
		hear(star, active(PEER, 5, 0));
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isFalse();
		hear(star, active(PEER, 5, ID));
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
	}

	@Test
	void anActiveServerStaysActiveWhateverElseThePeerIs() {
		BinaryStar star = activeIn(primary(), 1);
		hear(star, waiting(PEER));
		hear(star, passive(PEER, 1_000, true));
		pass(star, 10 * TIMEOUT);
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
		assertThat(star.onClientRequest(this.now)).isTrue();
	}

	@Test
	void anotherActivePeerMakesTheCopyStale() {
		BinaryStar star = inSync(backup(false));
		hear(star, active(SECOND_PEER, 7, 0));
		assertThat(star.copy()).isEqualTo(Copy.STALE);
		assertThat(star.state()).isEqualTo(BinaryStarState.PASSIVE);
	}

	@Test
	void aHandOverMakesActiveWhoHasEverything() {
		BinaryStar star = inSync(backup(false));
		star.onHandedOver();
		assertThat(star.state()).isEqualTo(BinaryStarState.ACTIVE);
	}

	@Test
	void aHandOverChangesNothingForWhoLacksSomethingOrDoesNotFollow() {
		BinaryStar stale = inSync(backup(false));
		hear(stale, active(PEER, 1, 0));
		stale.onHandedOver();
		assertThat(stale.state()).isEqualTo(BinaryStarState.PASSIVE);
		BinaryStar waiting = backup(true);
		waiting.onHandedOver();
		assertThat(waiting.state()).isEqualTo(BinaryStarState.WAITING);
	}

	@Test
	void anOlderMessageThatComesLaterChangesNothing() {
		BinaryStar star = inSync(backup(false));
		PeerState old = active(PEER, 1, 0);
		hear(star, active(PEER, 1, ID));
		hear(star, old);
		assertThat(star.copy()).isEqualTo(Copy.CURRENT);
		pass(star, TIMEOUT + TURN);
		hear(star, old);
		assertThat(star.isPeerSilent(this.now)).as("nor is it a sign of life").isTrue();
	}

	@Test
	void aPassiveServerThatWasFrozenListensForAMomentBeforeItTakesOver() {
		BinaryStar star = inSync(backup(false));
		this.now += 10 * TIMEOUT;
		assertThat(star.onTick(this.now)).isTrue();
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TIMEOUT / 4);
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
	}

	@Test
	void aPassiveServerThatWasFrozenForAMomentWaitsNoLongerThanItsTimeOut() {
		BinaryStar star = inSync(backup(false));
		this.now += TIMEOUT / 2;
		assertThat(star.onTick(this.now)).isTrue();
		pass(star, TIMEOUT / 2);
		assertThat(star.onClientRequest(this.now)).isFalse();
		pass(star, TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
	}

	@Test
	void aServerThatWasFrozenWhileItWaitedListensAnew() {
		BinaryStar star = primary();
		this.now += 10 * TIMEOUT;
		assertThat(star.onTick(this.now)).isTrue();
		assertThat(star.onClientRequest(this.now)).isFalse();
	}

	@Test
	void aPauseOfMoreThanAQuarterOfTheTimeOutCountsAsAFreeze() {
		BinaryStar star = activeIn(primary(), 1);
		this.now += TIMEOUT / 4;
		assertThat(star.onTick(this.now)).isFalse();
		this.now += TIMEOUT / 4 + 1;
		assertThat(star.onTick(this.now)).isTrue();
		pass(star, TIMEOUT);
		assertThat(star.isPeerSilent(this.now)).as("an active one listens for a whole time-out").isFalse();
		pass(star, TURN);
		assertThat(star.isPeerSilent(this.now)).isTrue();
	}

	@Test
	void aPeerWithTheSameRoleOrTheSameIdIsNoPeer() {
		BinaryStar star = primary();
		pass(star, TIMEOUT);
		star.onPeer(new PeerState(PEER, 1, BinaryStarRole.PRIMARY, BinaryStarState.ACTIVE, 9, 0, true, 0), this.now);
		star.onPeer(new PeerState(ID, 1, BinaryStarRole.BACKUP, BinaryStarState.ACTIVE, 9, 0, true, 0), this.now);
		assertThat(star.peer()).isNull();
		assertThat(star.state()).isEqualTo(BinaryStarState.WAITING);
		pass(star, TURN);
		assertThat(star.isPeerSilent(this.now)).isTrue();
	}

	private BinaryStar primary() {
		this.peerRole = BinaryStarRole.BACKUP;
		return new BinaryStar(BinaryStarRole.PRIMARY, ID, TIMEOUT, false, this.now);
	}

	private BinaryStar backup(boolean startsAlone) {
		this.peerRole = BinaryStarRole.PRIMARY;
		return new BinaryStar(BinaryStarRole.BACKUP, ID, TIMEOUT, startsAlone, this.now);
	}

	private BinaryStar inSync(BinaryStar star) {
		hear(star, active(PEER, 1, 0));
		star.onCopied();
		hear(star, active(PEER, 1, ID));
		assertThat(star.copy()).isEqualTo(Copy.CURRENT);
		return star;
	}

	private BinaryStar activeIn(BinaryStar star, int rank) {
		pass(star, TIMEOUT + TURN);
		assertThat(star.onClientRequest(this.now)).isTrue();
		star.onActive(rank);
		return star;
	}

	/**
	 * Time goes by, in turns.
	 */
	private void pass(BinaryStar star, long nanos) {
		for (long end = this.now + nanos; this.now < end;) {
			this.now += Math.min(TURN, end - this.now);
			star.onTick(this.now);
		}
	}

	private void hear(BinaryStar star, PeerState told) {
		star.onPeer(told, this.now);
	}

	private PeerState waiting(long id) {
		return state(id, BinaryStarState.WAITING, 0, 0, false, 0);
	}

	private PeerState active(long id, int rank, long peerInSync) {
		return state(id, BinaryStarState.ACTIVE, rank, 0, true, peerInSync);
	}

	private PeerState passive(long id, long sequence, boolean hasCopy) {
		return state(id, BinaryStarState.PASSIVE, 0, sequence, hasCopy, 0);
	}

	private PeerState state(long id, BinaryStarState state, int rank, long sequence, boolean hasCopy, long peerInSync) {
		return new PeerState(id, ++this.number, this.peerRole, state, rank, sequence, hasCopy, peerInSync);
	}

}
