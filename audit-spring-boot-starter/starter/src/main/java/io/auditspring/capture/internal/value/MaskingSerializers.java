/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.introspect.ObjectIdInfo;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/**
 * Hides the secret members of objects. How an object is written is the application's
 * choice: a member may have another name in JSON, and one that is written by a serializer
 * of its own is hidden as a whole where it has secrets.
 */
final class MaskingSerializers extends ValueSerializerModifier {

	private static final long serialVersionUID = 1L;

	private final transient Masking masking;

	private final transient Function<Object, PlaceholderNode> secret;

	private final transient Function<Object, String> text;

	/**
	 * Creates it.
	 * @param masking what is hidden
	 * @param secret what stands for a secret
	 * @param text the text of a map's key
	 */
	MaskingSerializers(Masking masking, Function<Object, PlaceholderNode> secret, Function<Object, String> text) {
		this.masking = masking;
		this.secret = secret;
		this.text = text;
	}

	@Override
	public List<BeanPropertyWriter> changeProperties(SerializationConfig config, BeanDescription.Supplier bean,
			List<BeanPropertyWriter> writers) {
		boolean lazy = UnloadedAttributes.mayBeIn(bean.getBeanClass());
		writers.replaceAll((writer) -> {
			if (isSecret(bean.getBeanClass(), writer.getMember())) {
				return new MaskedWriter(writer);
			}
			return (lazy && !writer.isVirtual()) ? new UnloadedAttributes.Writer(writer) : writer;
		});
		return writers;
	}

	@Override
	public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier bean,
			ValueSerializer<?> serializer) {
		boolean byMembers = serializer instanceof BeanSerializerBase || CautiousSerializers.isCautious(serializer);
		return (byMembers || SensitiveMembers.of(bean.getBeanClass()).isEmpty()) ? serializer : new MaskedValue();
	}

	@Override
	public ValueSerializer<?> modifyKeySerializer(SerializationConfig config, JavaType type,
			BeanDescription.Supplier bean, ValueSerializer<?> serializer) {
		return PlainTypes.include(type.getRawClass()) || type.isJavaLangObject() ? serializer : new Key();
	}

	private boolean isSecret(Class<?> owner, AnnotatedMember member) {
		return SensitiveMembers.properties(member.getMember()).stream().anyMatch((name) -> isSecret(owner, name));
	}

	private boolean isSecret(Class<?> owner, String name) {
		return this.masking.hides(owner, name) || this.masking.encrypts(owner, name);
	}

	JacksonAnnotationIntrospector introspector() {
		return new Introspector();
	}

	/**
	 * Sees what Jackson does not show to modifiers: the one member that stands for an
	 * object, and serializers named in annotations.
	 */
	private final class Introspector extends JacksonAnnotationIntrospector {

		private static final long serialVersionUID = 1L;

		@Override
		public @Nullable Object findSerializer(MapperConfig<?> config, Annotated annotated) {
			Object found = super.findSerializer(config, annotated);
			boolean secret = (annotated instanceof AnnotatedMember member)
					? isSecret(member.getDeclaringClass(), member)
					: found != null && annotated instanceof AnnotatedClass
							&& !SensitiveMembers.of(annotated.getRawType()).isEmpty();
			if (secret && annotated.hasAnnotation(JsonAnyGetter.class)) {
				return new MaskedMembers();
			}
			return secret ? new MaskedValue() : found;
		}

		// Where an object comes again, only this would be written, and by nobody who
		// knows
		// that it is secret.
		@Override
		public @Nullable ObjectIdInfo findObjectIdInfo(MapperConfig<?> config, Annotated annotated) {
			ObjectIdInfo info = super.findObjectIdInfo(config, annotated);
			Class<?> owner = (annotated instanceof AnnotatedMember && annotated.getType().isContainerType())
					? annotated.getType().getContentType().getRawClass() : annotated.getRawType();
			return (info != null && isSecret(owner, info.getPropertyName().getSimpleName())) ? null : info;
		}

	}

	private final class MaskedValue extends ValueSerializer<Object> {

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			generator.writeEmbeddedObject(MaskingSerializers.this.secret.apply(value));
		}

	}

	// Those of a map that are written among the others of an object.
	private final class MaskedMembers extends ValueSerializer<Object> {

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			((Map<?, ?>) value).forEach((name, member) -> {
				generator.writeName(MaskingSerializers.this.text.apply(name));
				if (member != null) {
					generator.writeEmbeddedObject(MaskingSerializers.this.secret.apply(member));
				}
				else {
					generator.writeNull();
				}
			});
		}

	}

	private final class Key extends ValueSerializer<Object> {

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			generator.writeName(MaskingSerializers.this.text.apply(value));
		}

	}

	private final class MaskedWriter extends BeanPropertyWriter {

		private static final long serialVersionUID = 1L;

		private MaskedWriter(BeanPropertyWriter writer) {
			super(writer);
		}

		private MaskedWriter(BeanPropertyWriter writer, PropertyName name) {
			super(writer, name);
		}

		// Within another object members may have other names.
		@Override
		protected BeanPropertyWriter _new(PropertyName name) {
			return new MaskedWriter(this, name);
		}

		@Override
		public void serializeAsProperty(Object bean, JsonGenerator generator, SerializationContext context)
				throws Exception {
			generator.writeName(getName());
			serializeAsElement(bean, generator, context);
		}

		@Override
		public void serializeAsElement(Object bean, JsonGenerator generator, SerializationContext context)
				throws Exception {
			Object value = UnloadedAttributes.get(this, bean);
			if (value == UnloadedAttributes.NOT_LOADED) {
				generator.writeString(UnloadedAttributes.NOT_LOADED);
			}
			else if (value != null) {
				generator.writeEmbeddedObject(MaskingSerializers.this.secret.apply(value));
			}
			else {
				generator.writeNull();
			}
		}

	}

}
