/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Clob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.hibernate.collection.spi.LazyInitializable;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.TreeNode;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.type.ArrayType;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

import org.springframework.core.io.InputStreamSource;

/**
 * Writes what must not be read to be recorded: a stream or an iterator belongs to the
 * application and can be read once, and what Hibernate has not loaded stays unloaded.
 */
final class CautiousSerializers extends Serializers.Base {

	/** Besides what is to be closed after use. */
	private static final List<Class<?>> ONCE = List.of(AutoCloseable.class, InputStream.class, OutputStream.class,
			Reader.class, Writer.class, Iterator.class, Enumeration.class, Spliterator.class, Blob.class, Clob.class,
			InputStreamSource.class, Future.class, CompletionStage.class);

	/** Iterable, and backed by a list. */
	private static final Set<String> PAGES = Set.of("org.springframework.data.domain.Slice",
			"org.springframework.data.domain.Window");

	/**
	 * JSON of other libraries, Jackson's before version 3 among them: its text is JSON.
	 */
	private static final Set<String> FOREIGN_NODES = Set.of("com.fasterxml.jackson.core.TreeNode",
			"com.google.gson.JsonElement", "org.json.JSONObject", "org.json.JSONArray", "jakarta.json.JsonValue");

	/** What comes from there is the container's, not the application's. */
	private static final List<String> CONTAINER = List.of("jakarta.servlet.", "org.reactivestreams.");

	@Override
	public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
			BeanDescription.Supplier description, JsonFormat.@Nullable Value format) {
		Class<?> raw = type.getRawClass();
		if (HibernateProxy.class.isAssignableFrom(raw)) {
			return new Writing<>(HibernateProxy.class, CautiousSerializers::reference);
		}
		if (Throwable.class.isAssignableFrom(raw)) {
			return new Writing<>(Throwable.class, FailureText::of);
		}
		if (isPage(raw)) {
			return new Writing<>(Iterable.class, CautiousSerializers::page);
		}
		if (isOneOf(raw, FOREIGN_NODES)) {
			return new Writing<>(Object.class, CautiousSerializers::json);
		}
		boolean untouched = isReadOnce(raw) || isPerhapsOnce(raw);
		return untouched ? new Writing<>(Object.class, CautiousSerializers::name) : null;
	}

	@Override
	public @Nullable ValueSerializer<?> findArraySerializer(SerializationConfig config, ArrayType type,
			BeanDescription.Supplier description, JsonFormat.@Nullable Value format,
			@Nullable TypeSerializer elementType, @Nullable ValueSerializer<Object> element) {
		return (type.getRawClass() == byte[].class) ? new Writing<>(byte[].class, CautiousSerializers::digest) : null;
	}

	@Override
	public @Nullable ValueSerializer<?> findCollectionSerializer(SerializationConfig config, CollectionType type,
			BeanDescription.Supplier description, JsonFormat.@Nullable Value format,
			@Nullable TypeSerializer elementType, @Nullable ValueSerializer<Object> element) {
		if (isOneOf(type.getRawClass(), FOREIGN_NODES)) {
			return new Writing<>(Object.class, CautiousSerializers::json);
		}
		return isLazy(type) ? new Writing<>(Collection.class, CautiousSerializers::elements) : null;
	}

	@Override
	public @Nullable ValueSerializer<?> findMapSerializer(SerializationConfig config, MapType type,
			BeanDescription.Supplier description, JsonFormat.@Nullable Value format,
			@Nullable ValueSerializer<Object> key, @Nullable TypeSerializer elementType,
			@Nullable ValueSerializer<Object> element) {
		if (isOneOf(type.getRawClass(), FOREIGN_NODES)) {
			return new Writing<>(Object.class, CautiousSerializers::json);
		}
		return isLazy(type) ? new Writing<>(Map.class, CautiousSerializers::members) : null;
	}

	/**
	 * Whether objects of a type can be read only once, or are the container's.
	 * @param type the type
	 * @return whether they must be left alone
	 */
	static boolean isReadOnce(Class<?> type) {
		return ONCE.stream().anyMatch((once) -> once.isAssignableFrom(type)) || isOfContainer(type);
	}

	// Only collections promise to give their elements more than once. The files of a path
	// and the nodes of JSON are not what they are written as.
	private static boolean isPerhapsOnce(Class<?> type) {
		return Iterable.class.isAssignableFrom(type) && !Collection.class.isAssignableFrom(type)
				&& !Path.class.isAssignableFrom(type) && !TreeNode.class.isAssignableFrom(type);
	}

	private static boolean isPage(Class<?> type) {
		return isOneOf(type, PAGES);
	}

	private static boolean isOneOf(Class<?> type, Set<String> names) {
		return Supertypes.of(type).stream().anyMatch((face) -> names.contains(face.getName()));
	}

	private static Object page(Iterable<?> page) {
		List<Object> elements = new ArrayList<>();
		page.forEach(elements::add);
		return elements;
	}

	/**
	 * Whether a serializer is one of these.
	 * @param serializer a serializer
	 * @return whether it writes something else in the value's place
	 */
	static boolean isCautious(ValueSerializer<?> serializer) {
		return serializer instanceof Writing;
	}

	private static boolean isLazy(JavaType type) {
		return LazyInitializable.class.isAssignableFrom(type.getRawClass());
	}

	private static boolean isOfContainer(Class<?> type) {
		return Supertypes.of(type).stream().anyMatch((face) -> CONTAINER.stream().anyMatch(face.getName()::startsWith));
	}

	private static Object json(Object node) {
		JsonNode json = BasicValues.parsed(node.toString());
		return (json != null) ? json : name(node);
	}

	/**
	 * What stands for a value that must not be read.
	 * @param value the value
	 * @return its class
	 */
	static String name(Object value) {
		return "(" + value.getClass().getName() + ")";
	}

	private static Object reference(HibernateProxy proxy) {
		LazyInitializer initializer = proxy.getHibernateLazyInitializer();
		if (!initializer.isUninitialized()) {
			return initializer.getImplementation();
		}
		Object id = initializer.getInternalIdentifier();
		return Map.of("id", PlainTypes.include(id.getClass()) ? id.toString() : id);
	}

	private static Object elements(Collection<?> collection) {
		return isLoaded(collection) ? new ArrayList<>(collection) : UnloadedAttributes.NOT_LOADED;
	}

	private static Object members(Map<?, ?> map) {
		return isLoaded(map) ? new LinkedHashMap<>(map) : UnloadedAttributes.NOT_LOADED;
	}

	private static boolean isLoaded(Object collection) {
		return collection instanceof LazyInitializable lazy && lazy.wasInitialized();
	}

	/**
	 * What is shown of bytes: their content may be huge, and of no use to a reader; that
	 * it changed is.
	 * @param bytes the bytes
	 * @return the members of an object
	 */
	static Map<String, Object> digest(byte[] bytes) {
		Map<String, Object> digest = new LinkedHashMap<>();
		digest.put("sha256", HexFormat.of().formatHex(Sha256.hash(bytes)));
		digest.put("length", bytes.length);
		return digest;
	}

	/**
	 * Writes something else in the value's place.
	 *
	 * @param <T> the type of the value
	 */
	private static final class Writing<T> extends ValueSerializer<T> {

		private final Class<T> type;

		private final Function<T, Object> standIn;

		private Writing(Class<T> type, Function<T, Object> standIn) {
			this.type = type;
			this.standIn = standIn;
		}

		@Override
		public void serialize(T value, JsonGenerator generator, SerializationContext context) {
			context.writeValue(generator, this.standIn.apply(value));
		}

		// Without the type: it is somebody else's.
		@Override
		public void serializeWithType(T value, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			serialize(value, generator, context);
		}

		@Override
		public Class<?> handledType() {
			return this.type;
		}

	}

}
