package io.github.clonemap;

/**
 * A setting of a client or of a server that cannot work.
 *
 * @since 0.1.0
 */
public final class InvalidSettingException extends IllegalArgumentException {

	private final String name;

	private final Object value;

	private final String rule;

	private InvalidSettingException(String name, Object value, String rule) {
		super(name + " must be " + rule + ", not " + value);
		this.name = name;
		this.value = value;
		this.rule = rule;
	}

	/**
	 * Checks a setting.
	 * @param holds whether it is as it must be
	 * @param name its name, as in its property
	 * @param rule what it must be: the end of a sentence that begins with "must be"
	 * @param value what it was set to
	 * @throws InvalidSettingException if it is not
	 */
	public static void check(boolean holds, String name, String rule, Object value) {
		if (!holds) {
			throw new InvalidSettingException(name, value, rule);
		}
	}

	/**
	 * The name of the setting, as in its property.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * What it was set to.
	 * @return the value
	 */
	public Object getValue() {
		return this.value;
	}

	/**
	 * What it must be.
	 * @return the end of a sentence that begins with "must be"
	 */
	public String getRule() {
		return this.rule;
	}

}
