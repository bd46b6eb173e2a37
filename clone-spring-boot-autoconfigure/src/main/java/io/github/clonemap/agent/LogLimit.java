package io.github.clonemap.agent;

import java.util.concurrent.TimeUnit;

/**
 * Keeps something that others can repeat at will from filling the log: some lines each
 * minute, and with the first of the next minute the number of those that were left out.
 * <p>
 * May be used by any thread.
 *
 * @since 0.1.0
 */
public final class LogLimit {

	private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final int linesPerMinute;

	private long startNanos;

	private int lines;

	private long leftOut;

	/**
	 * Creates a limit.
	 * @param linesPerMinute how many lines are written each minute
	 */
	public LogLimit(int linesPerMinute) {
		this.linesPerMinute = linesPerMinute;
	}

	/**
	 * Writes a line, if it is not one too many.
	 * @param nowNanos the time now
	 * @param line writes the line; gets how many were left out before it, as the end of a
	 * sentence, usually empty
	 */
	public void log(long nowNanos, Line line) {
		String before;
		synchronized (this) {
			if (this.lines == 0 || nowNanos - this.startNanos >= MINUTE_NANOS) {
				this.startNanos = nowNanos;
				this.lines = 0;
			}
			if (this.lines == this.linesPerMinute) {
				this.leftOut++;
				return;
			}
			this.lines++;
			before = (this.leftOut > 0) ? " (" + this.leftOut + " such lines were left out before this one)" : "";
			this.leftOut = 0;
		}
		line.write(before);
	}

	/**
	 * Writes a line.
	 */
	@FunctionalInterface
	public interface Line {

		/**
		 * Writes it.
		 * @param leftOut the end of its sentence
		 */
		void write(String leftOut);

	}

}
