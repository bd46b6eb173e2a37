package io.github.clonemap.protocol;

/**
 * The header of one message of the native stream, after its topic. A heartbeat is a batch
 * of no updates. {@code before} chains the batches of one stream, so that a subscriber
 * sees a gap although it does not get every sequence; {@code server} tells it that a
 * server that was started anew in the place of the old one is another one.
 *
 * <pre>
 * topic, NUL | version u8 | server i64 | before i64 | first i64 | last i64 | count u32 | server time i64 | committed i64 | updates
 * </pre>
 *
 * @param serverId the server that published it
 * @param before the last sequence that this stream carried before this batch, or, if it
 * carried none, the sequence at which it began
 * @param first the first sequence in this batch; {@code before} if it is a heartbeat
 * @param last the last sequence in this batch; {@code before} if it is a heartbeat
 * @param count the number of updates
 * @param serverTimeMicros when it was sent, in microseconds since 1970, by the server's
 * clock
 * @param committed the server's committed sequence: after this batch the subscriber has
 * all that this stream will ever carry up to it
 * @since 0.1.0
 */
public record StreamBatch(long serverId, long before, long first, long last, int count, long serverTimeMicros,
		long committed) {

	/**
	 * The version of the stream.
	 */
	public static final int VERSION = 1;

	/**
	 * How many bytes a header has.
	 */
	public static final int HEADER_BYTES = 1 + 4 * 8 + 4 + 2 * 8;

	/**
	 * Checks the header.
	 */
	public StreamBatch {
		if (before < 0 || count < 0 || serverTimeMicros < 0) {
			throw new IllegalArgumentException("negative number in a stream batch");
		}
		boolean ordered = (count == 0) ? (first == before && last == before) : (before < first && first <= last);
		if (!ordered || committed < last) {
			throw new IllegalArgumentException("stream batch out of order: before " + before + ", first " + first
					+ ", last " + last + ", committed " + committed);
		}
	}

	/**
	 * Writes the header.
	 * @param writer where to
	 */
	public void write(FrameWriter writer) {
		writer.writeByte(VERSION)
			.writeLong(this.serverId)
			.writeLong(this.before)
			.writeLong(this.first)
			.writeLong(this.last)
			.writeInt(this.count)
			.writeLong(this.serverTimeMicros)
			.writeLong(this.committed);
	}

	/**
	 * Reads the header.
	 * @param reader at the first byte after the topic's NUL; afterwards at the updates
	 * @return the header
	 * @throws MalformedMessageException if it is none
	 */
	public static StreamBatch read(FrameReader reader) throws MalformedMessageException {
		int version = reader.readByte("version");
		if (version != VERSION) {
			throw new MalformedMessageException("version of the stream is " + version + ", not " + VERSION);
		}
		long serverId = reader.readLong("server");
		long before = reader.readNatural("before");
		long first = reader.readNatural("first");
		long last = reader.readNatural("last");
		int count = reader.readCount("count", 0);
		long serverTimeMicros = reader.readNatural("server time");
		long committed = reader.readNatural("committed");
		if ((long) count * Update.MIN_BYTES > reader.remaining()) {
			throw new MalformedMessageException("count is " + count + ", more than fit into the frame");
		}
		try {
			return new StreamBatch(serverId, before, first, last, count, serverTimeMicros, committed);
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedMessageException(String.valueOf(ex.getMessage()));
		}
	}

}
