/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import io.auditspring.GeoLocator;
import org.jspecify.annotations.Nullable;

/**
 * Locates addresses by a city or country database in MaxMind's format. Of a record it
 * takes {@code country} (ISO 3166-1), {@code region} (the part of it by ISO 3166-2,
 * without the country), {@code city} (its English name), {@code latitude} and
 * {@code longitude}, as far as the database has them.
 */
final class MaxMindLocator implements GeoLocator, Closeable {

	private final Reader reader;

	/**
	 * Opens a database. It is mapped into memory: replace the file by renaming another
	 * one, not by writing into it, and restart to use the new one.
	 * @param database the file, such as {@code GeoLite2-City.mmdb}
	 * @throws IOException if it cannot be read or is no such database
	 */
	MaxMindLocator(Path database) throws IOException {
		this.reader = new Reader(database.toFile(), new CHMCache());
	}

	@Override
	public @Nullable Map<String, Object> locate(InetAddress address) {
		Map<?, ?> entry;
		try {
			entry = this.reader.get(address, Map.class);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		if (entry == null) {
			return null;
		}
		Map<String, Object> location = new LinkedHashMap<>();
		put(location, "country", at(entry, "country", "iso_code"));
		put(location, "region", at(entry, "subdivisions", 0, "iso_code"));
		put(location, "city", at(entry, "city", "names", "en"));
		put(location, "latitude", at(entry, "location", "latitude"));
		put(location, "longitude", at(entry, "location", "longitude"));
		return location;
	}

	private static void put(Map<String, Object> location, String name, @Nullable Object value) {
		if (value != null) {
			location.put(name, value);
		}
	}

	private static @Nullable Object at(Object entry, Object... path) {
		Object value = entry;
		for (Object step : path) {
			if (value instanceof Map<?, ?> map) {
				value = map.get(step);
			}
			else {
				value = (value instanceof List<?> list && !list.isEmpty() && step instanceof Integer index)
						? list.get(index) : null;
			}
		}
		return value;
	}

	@Override
	public void close() throws IOException {
		this.reader.close();
	}

}
