package io.github.clonemap.server;

/**
 * A setting of a server that cannot work.
 *
 * @since 0.1.0
 */
public final class InvalidServerSettingException extends IllegalArgumentException {

	private final String name;

	private final Object value;

	private final String rule;

	InvalidServerSettingException(String name, Object value, String rule) {
		super(name + " must be " + rule + ", not " + value);
		this.name = name;
		this.value = value;
		this.rule = rule;
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
