package io.auditspring.sample.security;

import java.net.InetAddress;
import java.util.Map;

import io.auditspring.GeoLocator;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Knows the networks of the company's own offices, which no public database does.
 */
@Component
class OfficeLocator implements GeoLocator {

	private static final int COMPANY = 10;

	private static final Map<Byte, String> CITIES = Map.of((byte) 1, "Oslo", (byte) 2, "Bergen");

	@Override
	public @Nullable Map<String, String> locate(InetAddress address) {
		byte[] bytes = address.getAddress();
		String city = (bytes.length == 4 && bytes[0] == COMPANY) ? CITIES.get(bytes[1]) : null;
		return (city != null) ? Map.of("country", "NO", "city", city) : null;
	}

}
