package io.github.clonemap.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes the fields of one frame, in network byte order, into an array that grows. One
 * writer is used again and again by one thread.
 *
 * @since 0.1.0
 */
public final class FrameWriter {

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	/**
	 * What a writer keeps for the next frame; one large value must not cost its room for
	 * ever.
	 */
	private static final int MAX_KEPT_BYTES = 256 << 10;

	private byte[] bytes;

	private int size;

	/**
	 * Creates a writer.
	 * @param capacity the size of a usual frame
	 */
	public FrameWriter(int capacity) {
		this.bytes = new byte[capacity];
	}

	/**
	 * The number of bytes written.
	 * @return the number of bytes
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Forgets what was written.
	 * @return this writer
	 */
	public FrameWriter clear() {
		return rewindTo(0);
	}

	/**
	 * Moves to an earlier position, for a header whose numbers are known only at the end,
	 * or back from there.
	 * @param position the new size; what lies behind it stays as it is
	 * @return this writer
	 */
	public FrameWriter moveTo(int position) {
		if (position < 0 || position > this.bytes.length) {
			throw new IllegalArgumentException("position " + position + " lies outside of the frame");
		}
		this.size = position;
		return this;
	}

	/**
	 * Forgets what was written after some position.
	 * @param position the new size
	 * @return this writer
	 */
	public FrameWriter rewindTo(int position) {
		moveTo(position);
		if (this.bytes.length > MAX_KEPT_BYTES) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(position, MAX_KEPT_BYTES));
		}
		return this;
	}

	/**
	 * What was written.
	 * @return a copy, which the caller owns
	 */
	public byte[] toByteArray() {
		return Arrays.copyOf(this.bytes, this.size);
	}

	/**
	 * Copies what was written.
	 * @param target where to, from its beginning on; large enough
	 */
	public void copyTo(byte[] target) {
		System.arraycopy(this.bytes, 0, target, 0, this.size);
	}

	/**
	 * Writes one byte.
	 * @param value the byte, in the low eight bits
	 * @return this writer
	 */
	public FrameWriter writeByte(int value) {
		ensure(1);
		this.bytes[this.size++] = (byte) value;
		return this;
	}

	/**
	 * Writes two bytes.
	 * @param value the number, in the low sixteen bits
	 * @return this writer
	 */
	public FrameWriter writeShort(int value) {
		ensure(2);
		this.bytes[this.size++] = (byte) (value >>> 8);
		this.bytes[this.size++] = (byte) value;
		return this;
	}

	/**
	 * Writes four bytes.
	 * @param value the number
	 * @return this writer
	 */
	public FrameWriter writeInt(int value) {
		ensure(4);
		INT.set(this.bytes, this.size, value);
		this.size += 4;
		return this;
	}

	/**
	 * Writes eight bytes.
	 * @param value the number
	 * @return this writer
	 */
	public FrameWriter writeLong(long value) {
		ensure(8);
		LONG.set(this.bytes, this.size, value);
		this.size += 8;
		return this;
	}

	/**
	 * Writes bytes as they are.
	 * @param source the bytes
	 * @return this writer
	 */
	public FrameWriter writeBytes(byte[] source) {
		return writeBytes(source, 0, source.length);
	}

	/**
	 * Writes what another writer holds.
	 * @param source the other writer
	 * @return this writer
	 */
	public FrameWriter writeFrom(FrameWriter source) {
		return writeBytes(source.bytes, 0, source.size);
	}

	/**
	 * Writes a part of what another writer holds.
	 * @param source the other writer
	 * @param start where the part starts
	 * @param length how many bytes it has
	 * @return this writer
	 */
	public FrameWriter writeFrom(FrameWriter source, int start, int length) {
		return writeBytes(source.bytes, start, length);
	}

	private FrameWriter writeBytes(byte[] source, int start, int length) {
		ensure(length);
		System.arraycopy(source, start, this.bytes, this.size, length);
		this.size += length;
		return this;
	}

	/**
	 * Writes text: two bytes for its length in bytes, then UTF-8.
	 * @param text the text, at most 65,535 bytes of it
	 * @return this writer
	 */
	public FrameWriter writeText(String text) {
		int length = text.length();
		if (length > 0xFFFF || !writeAscii(text, length)) {
			return writeEncoded(text);
		}
		return this;
	}

	/**
	 * Writes text that has one byte for each character: nearly every key.
	 * @return whether it was such a text; if not, nothing was written
	 */
	private boolean writeAscii(String text, int length) {
		ensure(2 + length);
		byte[] bytes = this.bytes;
		int start = this.size + 2;
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				return false;
			}
			bytes[start + i] = (byte) c;
		}
		writeShort(length);
		this.size += length;
		return true;
	}

	private FrameWriter writeEncoded(String text) {
		byte[] encoded = Keys.encode(text);
		if (encoded.length > 0xFFFF) {
			throw new IllegalArgumentException("A text of " + encoded.length + " bytes does not fit into a frame");
		}
		writeShort(encoded.length);
		return writeBytes(encoded);
	}

	/**
	 * Writes a value: four bytes for its length, then its bytes.
	 * @param value the value
	 * @return this writer
	 */
	public FrameWriter writeValue(byte[] value) {
		writeInt(value.length);
		return writeBytes(value);
	}

	private void ensure(int more) {
		if (this.bytes.length - this.size < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, this.size + more));
		}
	}

}
