package io.auditspring.capture.internal.entry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A request in {@code clients.txt}.
 *
 * @param peer the address at the other end of the socket
 * @param forwarded the lines of {@code Forwarded}
 * @param xForwardedFor the lines of {@code X-Forwarded-For}
 * @param client who the client is
 */
public record ClientCase(String peer, List<String> forwarded, List<String> xForwardedFor, String client) {

	public static List<ClientCase> all() {
		try (InputStream file = ClientCase.class.getResourceAsStream("/io/auditspring/capture/clients.txt")) {
			String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
			return text.lines()
				.filter((line) -> !line.isBlank() && !line.startsWith("#"))
				.map(ClientCase::parse)
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ClientCase parse(String line) {
		List<String> parts = List.of(line.split(" \\| "));
		return new ClientCase(parts.get(0), texts(parts, "F:"), texts(parts, "X:"), texts(parts, "=").get(0));
	}

	private static List<String> texts(List<String> parts, String prefix) {
		return parts.stream()
			.filter((part) -> part.startsWith(prefix))
			.map((part) -> part.substring(prefix.length()).strip())
			.toList();
	}

	public List<String> header(String name) {
		return name.equals("Forwarded") ? this.forwarded : this.xForwardedFor;
	}

}
