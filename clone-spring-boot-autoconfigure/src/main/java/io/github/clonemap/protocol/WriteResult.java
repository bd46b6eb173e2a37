package io.github.clonemap.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the server did with one operation.
 *
 * <pre>
 * status u8 | sequence i64 | server time i64 | entry present u8 [entry] [reason text, if REJECTED]
 * </pre>
 *
 * @param status what became of it
 * @param sequence the sequence of the update that it caused; if the condition failed, of
 * the entry that the server has, 0 for none; if nothing was changed, the last one that
 * the server gave
 * @param serverTimeMicros when it was ordered, in microseconds since 1970, by the
 * server's clock
 * @param entry the entry before, or the one that made the condition fail, if it was asked
 * for
 * @param reason why it was rejected, else empty
 * @since 0.1.0
 */
public record WriteResult(Status status, long sequence, long serverTimeMicros, @Nullable Update entry, String reason) {

	/**
	 * The smallest room that a result takes in a frame.
	 */
	public static final int MIN_BYTES = 1 + 8 + 8 + 1;

	private static final Status[] STATUSES = Status.values();

	/**
	 * About how many bytes the result takes in a frame, for bounds.
	 * @return the number of bytes
	 */
	public int weight() {
		return MIN_BYTES + ((this.entry != null) ? this.entry.weight() : 0);
	}

	/**
	 * Writes the result.
	 * @param writer where to
	 */
	public void write(FrameWriter writer) {
		writer.writeByte(this.status.ordinal()).writeLong(this.sequence).writeLong(this.serverTimeMicros);
		if (this.entry != null) {
			this.entry.write(writer.writeByte(1));
		}
		else {
			writer.writeByte(0);
		}
		if (this.status == Status.REJECTED) {
			writer.writeText(this.reason);
		}
	}

	/**
	 * Reads a result.
	 * @param reader where from
	 * @return the result
	 * @throws MalformedMessageException if the bytes are none
	 */
	public static WriteResult read(FrameReader reader) throws MalformedMessageException {
		int status = reader.readByte("status");
		if (status >= STATUSES.length) {
			throw new MalformedMessageException("status " + status + " is unknown");
		}
		long sequence = reader.readNatural("sequence");
		long serverTimeMicros = reader.readNatural("server time");
		Update entry = reader.readFlag("entry present") ? Update.read(reader, Update::new) : null;
		String reason = (STATUSES[status] == Status.REJECTED) ? reader.readText("reason") : "";
		return new WriteResult(STATUSES[status], sequence, serverTimeMicros, entry, reason);
	}

	/**
	 * What became of an operation. The order is the wire's.
	 */
	public enum Status {

		/** It changed the key. */
		APPLIED,

		/**
		 * There was nothing to change: the key to remove is not there, or it was a GET.
		 */
		UNCHANGED,

		/** Its condition did not hold. */
		CONDITION_FAILED,

		/** The server refuses it. */
		REJECTED

	}

}
