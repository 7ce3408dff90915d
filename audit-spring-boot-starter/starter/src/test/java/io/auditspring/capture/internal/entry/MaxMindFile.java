package io.auditspring.capture.internal.entry;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes the smallest database in MaxMind's format, version 2.0: a tree of one node, so
 * that one half of the IPv4 addresses is unknown (0.0.0.0/1), and the other in one place.
 */
public final class MaxMindFile {

	private static final int NODES = 1;

	private static final int SEPARATOR = 16;

	private static final byte[] METADATA = { (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd',
			'.', 'c', 'o', 'm' };

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private final DataOutputStream out = new DataOutputStream(this.bytes);

	private MaxMindFile() {
	}

	/**
	 * Writes a database.
	 * @param file where to
	 * @param record what is known of all addresses from 128.0.0.0 on
	 * @return the file
	 * @throws IOException if that fails
	 */
	public static Path write(Path file, Map<String, ?> record) throws IOException {
		MaxMindFile database = new MaxMindFile();
		database.pointer(NODES);
		database.pointer(NODES + SEPARATOR);
		database.out.write(new byte[SEPARATOR]);
		database.value(record);
		database.out.write(METADATA);
		database.value(Map.of("node_count", NODES, "record_size", 24, "ip_version", 4, "database_type", "Test-City",
				"languages", List.of("en"), "binary_format_major_version", 2, "binary_format_minor_version", 0,
				"build_epoch", 1L, "description", Map.of("en", "A test")));
		return Files.write(file, database.bytes.toByteArray());
	}

	private void pointer(int value) throws IOException {
		this.out.writeByte(value >> 16);
		this.out.writeShort(value);
	}

	private void value(Object value) throws IOException {
		if (value instanceof Map<?, ?> map) {
			control(7, map.size());
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				value(entry.getKey());
				value(entry.getValue());
			}
		}
		else if (value instanceof List<?> list) {
			control(11, list.size());
			for (Object element : list) {
				value(element);
			}
		}
		else {
			scalar(value);
		}
	}

	private void scalar(Object value) throws IOException {
		if (value instanceof String text) {
			byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
			control(2, utf8.length);
			this.out.write(utf8);
		}
		else if (value instanceof Double number) {
			control(3, Double.BYTES);
			this.out.writeDouble(number);
		}
		else if (value instanceof Long number) {
			control(9, Long.BYTES);
			this.out.writeLong(number);
		}
		else {
			control(6, Integer.BYTES);
			this.out.writeInt((Integer) value);
		}
	}

	private void control(int type, int size) throws IOException {
		if (size >= 29) {
			throw new IllegalArgumentException("Longer than this writer can: " + size);
		}
		if (type <= 7) {
			this.out.writeByte(type << 5 | size);
		}
		else {
			this.out.writeByte(size);
			this.out.writeByte(type - 7);
		}
	}

}
