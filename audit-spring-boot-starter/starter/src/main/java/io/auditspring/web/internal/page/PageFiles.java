/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.web.internal.value.Gzip;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.resource.HttpResource;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;
import org.springframework.web.servlet.resource.ResourceResolver;
import org.springframework.web.servlet.resource.ResourceResolverChain;

/**
 * What the page loads: the files that its HTML names, and no others. They are found below
 * a name that is made of their content, so that browsers may keep them for good, and are
 * compressed once. All of that is done when somebody comes: most starts are not for the
 * page.
 */
final class PageFiles implements ResourceResolver {

	private static final CacheControl FOR_GOOD = CacheControl.maxAge(Duration.ofDays(365)).immutable();

	private static final String PLACE = "io/auditspring/web/page/";

	private static final Pattern NAMED = Pattern.compile("(?<=\"page/)[^\"]+");

	/** Where the address of anything begins that is below the page's path. */
	private static final Pattern LINK = Pattern.compile("(?<=\")(?=(?:page|api)/)");

	private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{16}/");

	private final SingletonSupplier<Version> version = SingletonSupplier.of(PageFiles::read);

	/** Answers with them. */
	ResourceHttpRequestHandler handler() {
		ResourceHttpRequestHandler handler = new ResourceHttpRequestHandler();
		handler.setLocations(List.of(new ClassPathResource(PLACE)));
		handler.setResourceResolvers(List.of(this));
		handler.setCacheControl(FOR_GOOD);
		handler.setUseLastModified(false);
		try {
			handler.afterPropertiesSet();
		}
		catch (Exception ex) {
			throw new IllegalStateException("The page cannot be served", ex);
		}
		return handler;
	}

	/**
	 * The page itself, which names the files as they are now.
	 * @param way leads from where the browser is to what is below the page's path
	 * @return the page
	 */
	byte[] html(String way) {
		return led(this.version.obtain().html(), way);
	}

	/**
	 * The page of one thing's history.
	 * @param way likewise
	 * @return the page
	 */
	byte[] embedded(String way) {
		return led(this.version.obtain().embedded(), way);
	}

	private static byte[] led(String html, String way) {
		return LINK.matcher(html).replaceAll(Matcher.quoteReplacement(way)).getBytes(StandardCharsets.UTF_8);
	}

	private static Version read() {
		try {
			String html = new String(read("index.html"), StandardCharsets.UTF_8);
			String embedded = new String(read("embed.html"), StandardCharsets.UTF_8);
			Map<String, Content> contents = new LinkedHashMap<>();
			ByteArrayOutputStream all = new ByteArrayOutputStream();
			for (String name : new TreeSet<>(
					NAMED.matcher(html + embedded).results().map(MatchResult::group).toList())) {
				byte[] content = read(name);
				contents.put(name, new Content(content, Gzip.compress(content)));
				all.writeBytes(name.getBytes(StandardCharsets.UTF_8));
				all.writeBytes(Sha256.hash(content));
			}
			String prefix = HexFormat.of().formatHex(Sha256.hash(all.toByteArray()), 0, 8) + "/";
			return new Version(prefix, html.replace("\"page/", "\"page/" + prefix),
					embedded.replace("\"page/", "\"page/" + prefix), contents);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The page is not on the class path as a whole", ex);
		}
	}

	private static byte[] read(String name) throws IOException {
		return new ClassPathResource(PLACE + name).getContentAsByteArray();
	}

	/**
	 * Finds a file. What the page of another version asks for, as while instances are
	 * replaced one by one, is answered with the file of this one, which nobody may keep
	 * under the other's name.
	 */
	@Override
	public @Nullable Resource resolveResource(@Nullable HttpServletRequest request, String path,
			List<? extends Resource> locations, ResourceResolverChain chain) {
		Version current = this.version.obtain();
		Matcher prefix = PREFIX.matcher(path);
		String name = prefix.lookingAt() ? path.substring(prefix.end()) : "";
		Content content = current.contents().get(name);
		if (content == null) {
			return null;
		}
		boolean compressed = request != null && Gzip.isAccepted(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
		return new File(name, compressed ? content.compressed() : content.plain(), compressed,
				path.startsWith(current.prefix()));
	}

	@Override
	public @Nullable String resolveUrlPath(String path, List<? extends Resource> locations,
			ResourceResolverChain chain) {
		Version current = this.version.obtain();
		return current.contents().containsKey(path) ? current.prefix() + path : null;
	}

	/**
	 * The files as they are now.
	 *
	 * @param prefix changes whenever one of them does
	 * @param html the page
	 * @param embedded the page of one thing's history
	 * @param contents what it loads, by name
	 */
	private record Version(String prefix, String html, String embedded, Map<String, Content> contents) {

	}

	/**
	 * A file's content.
	 *
	 * @param plain as it is
	 * @param compressed by gzip
	 */
	private record Content(byte[] plain, byte[] compressed) {

	}

	/**
	 * A file as it is answered.
	 */
	private static final class File extends ByteArrayResource implements HttpResource {

		private final String name;

		private final boolean compressed;

		private final boolean ofThisVersion;

		File(String name, byte[] content, boolean compressed, boolean ofThisVersion) {
			super(content, name);
			this.name = name;
			this.compressed = compressed;
			this.ofThisVersion = ofThisVersion;
		}

		/** Tells the content's type. */
		@Override
		public String getFilename() {
			return this.name;
		}

		@Override
		public HttpHeaders getResponseHeaders() {
			HttpHeaders headers = new HttpHeaders();
			headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
			if (this.compressed) {
				headers.set(HttpHeaders.CONTENT_ENCODING, Gzip.NAME);
			}
			if (!this.ofThisVersion) {
				headers.setCacheControl(CacheControl.noStore());
			}
			return headers;
		}

	}

}
