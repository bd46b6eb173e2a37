package io.github.clonemap.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reads the fields of one frame, in network byte order, and trusts none of them: a field
 * that does not fit the frame is a {@link MalformedMessageException}, and nothing is
 * allocated for a length that the frame does not have.
 * <p>
 * For one thread.
 *
 * @since 0.1.0
 */
public final class FrameReader {

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private final byte[] bytes;

	private final int end;

	private final KnownKeys knownKeys;

	private int position;

	/**
	 * Creates a reader.
	 * @param bytes the frame
	 */
	public FrameReader(byte[] bytes) {
		this(bytes, 0);
	}

	/**
	 * Creates a reader that starts inside the frame.
	 * @param bytes the frame
	 * @param position where to start
	 */
	public FrameReader(byte[] bytes, int position) {
		this(bytes, position, bytes.length, KnownKeys.NONE);
	}

	/**
	 * Creates a reader of a frame in an array that may be longer: what lies behind the
	 * frame is never read.
	 * @param bytes has the frame at its beginning
	 * @param position where to start
	 * @param length how long the frame is
	 * @param knownKeys where its keys are looked for first
	 */
	public FrameReader(byte[] bytes, int position, int length, KnownKeys knownKeys) {
		Objects.checkFromIndexSize(0, length, bytes.length);
		this.bytes = bytes;
		this.position = position;
		this.end = length;
		this.knownKeys = knownKeys;
	}

	/**
	 * The number of bytes not yet read.
	 * @return the number of bytes
	 */
	public int remaining() {
		return this.end - this.position;
	}

	/**
	 * Reads one byte.
	 * @param field its name, for the error
	 * @return the byte, 0 to 255
	 * @throws MalformedMessageException if the frame ends before it
	 */
	public int readByte(String field) throws MalformedMessageException {
		need(1, field);
		return this.bytes[this.position++] & 0xFF;
	}

	/**
	 * Reads a byte that is 0 or 1.
	 * @param field its name, for the error
	 * @return whether it is 1
	 * @throws MalformedMessageException if it is neither, or the frame ends before it
	 */
	public boolean readFlag(String field) throws MalformedMessageException {
		int value = readByte(field);
		if (value > 1) {
			throw new MalformedMessageException(field + " is " + value + ", neither 0 nor 1");
		}
		return value == 1;
	}

	/**
	 * Reads two bytes.
	 * @param field its name, for the error
	 * @return the number, 0 to 65,535
	 * @throws MalformedMessageException if the frame ends before it
	 */
	public int readShort(String field) throws MalformedMessageException {
		need(2, field);
		int value = (this.bytes[this.position] & 0xFF) << 8 | (this.bytes[this.position + 1] & 0xFF);
		this.position += 2;
		return value;
	}

	/**
	 * Reads four bytes.
	 * @param field its name, for the error
	 * @return the number
	 * @throws MalformedMessageException if the frame ends before it
	 */
	public int readInt(String field) throws MalformedMessageException {
		need(4, field);
		int value = (int) INT.get(this.bytes, this.position);
		this.position += 4;
		return value;
	}

	/**
	 * Reads four bytes of a number that counts things, each of which takes room in this
	 * frame.
	 * @param field its name, for the error
	 * @param bytesEach the smallest room that one takes
	 * @return the number, not negative and no more than fit
	 * @throws MalformedMessageException if it is another number, or the frame ends before
	 * it
	 */
	public int readCount(String field, int bytesEach) throws MalformedMessageException {
		int count = readInt(field);
		if (count < 0 || (long) count * bytesEach > remaining()) {
			throw new MalformedMessageException(
					field + " is " + count + ", more than fit into " + remaining() + " bytes");
		}
		return count;
	}

	/**
	 * Reads eight bytes.
	 * @param field its name, for the error
	 * @return the number
	 * @throws MalformedMessageException if the frame ends before it
	 */
	public long readLong(String field) throws MalformedMessageException {
		need(8, field);
		long value = (long) LONG.get(this.bytes, this.position);
		this.position += 8;
		return value;
	}

	/**
	 * Reads eight bytes of a number that is never negative.
	 * @param field its name, for the error
	 * @return the number
	 * @throws MalformedMessageException if it is negative, or the frame ends before it
	 */
	public long readNatural(String field) throws MalformedMessageException {
		long value = readLong(field);
		if (value < 0) {
			throw new MalformedMessageException(field + " is negative");
		}
		return value;
	}

	/**
	 * Reads eight bytes of a number that is never negative nor zero.
	 * @param field its name, for the error
	 * @return the number
	 * @throws MalformedMessageException if it is not positive, or the frame ends before
	 * it
	 */
	public long readPositive(String field) throws MalformedMessageException {
		long value = readNatural(field);
		if (value == 0) {
			throw new MalformedMessageException(field + " is 0");
		}
		return value;
	}

	/**
	 * Reads text: two bytes for its length, then strict UTF-8.
	 * @param field its name, for the error
	 * @return the text
	 * @throws MalformedMessageException if it is not text, or the frame ends before it
	 */
	public String readText(String field) throws MalformedMessageException {
		int length = readShort(field);
		need(length, field);
		String text = Keys.decode(this.bytes, this.position, length, field);
		this.position += length;
		return text;
	}

	/**
	 * Reads a key.
	 * @return the key
	 * @throws MalformedMessageException if it is not text, or the frame ends before it
	 */
	public String readKey() throws MalformedMessageException {
		int length = readShort("key");
		need(length, "key");
		String key = this.knownKeys.find(this.bytes, this.position, length);
		if (key == null) {
			key = Keys.decode(this.bytes, this.position, length, "key");
		}
		this.position += length;
		return key;
	}

	/**
	 * Reads text that people will see in a log: short, and without control characters,
	 * which could forge lines there.
	 * @param field its name, for the error
	 * @param maxLength the most characters
	 * @return the text
	 * @throws MalformedMessageException if it is not such a text, or the frame ends
	 * before it
	 */
	public String readLabel(String field, int maxLength) throws MalformedMessageException {
		String text = readText(field);
		if (text.length() > maxLength || text.chars().anyMatch(Character::isISOControl)) {
			throw new MalformedMessageException(
					field + " has more than " + maxLength + " characters, or control characters");
		}
		return text;
	}

	/**
	 * Reads a value: four bytes for its length, then its bytes.
	 * @param field its name, for the error
	 * @return the value, an array of its own
	 * @throws MalformedMessageException if the frame ends before it
	 */
	public byte[] readValue(String field) throws MalformedMessageException {
		int length = readInt(field);
		if (length < 0) {
			throw new MalformedMessageException(field + " has a negative length");
		}
		need(length, field);
		byte[] value = Arrays.copyOfRange(this.bytes, this.position, this.position + length);
		this.position += length;
		return value;
	}

	/**
	 * Checks that the frame ends here.
	 * @param message the name of the message, for the error
	 * @throws MalformedMessageException if bytes are left
	 */
	public void end(String message) throws MalformedMessageException {
		if (remaining() != 0) {
			throw new MalformedMessageException(message + " has " + remaining() + " bytes too many");
		}
	}

	private void need(int count, String field) throws MalformedMessageException {
		if (remaining() < count) {
			throw new MalformedMessageException(
					field + " needs " + count + " bytes, the frame has " + remaining() + " left");
		}
	}

}
