package io.github.clonemap.protocol;

/**
 * What came with a write and means something to its writer only: it is kept with the
 * entry and travels on unchanged. Native writes have none, and pay nothing for it.
 *
 * <pre>
 * id length u32, id | properties length u32, properties
 * </pre>
 *
 * @param id what its writer calls the write, empty for nothing; shared, not to be changed
 * @param properties what its writer says of it; shared, not to be changed
 * @since 0.1.0
 */
public record Attachment(byte[] id, byte[] properties) {

	/**
	 * About how many bytes it takes in a frame, for bounds.
	 * @return the number of bytes
	 */
	public int weight() {
		return 8 + this.id.length + this.properties.length;
	}

	void write(FrameWriter writer) {
		writer.writeValue(this.id).writeValue(this.properties);
	}

	static Attachment read(FrameReader reader) throws MalformedMessageException {
		return new Attachment(reader.readValue("id"), reader.readValue("properties"));
	}

}
