package io.auditspring.capture;

import java.util.Map;

import io.auditspring.Sensitive;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Turns what an application hands over into JSON, with secrets masked. It has a mapper of
 * its own: how the application writes its REST answers must not change what is recorded.
 */
public final class JsonValues {

	private static final JsonMapper PLAIN = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final TypeReference<Map<String, Object>> MEMBERS = new TypeReference<>() {
	};

	private final JsonMapper mapper = JsonMapper.builder()
		.annotationIntrospector(new SensitiveIntrospector())
		.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
		.build();

	private final Masking masking;

	public JsonValues(Masking masking) {
		this.masking = masking;
	}

	/**
	 * The value as JSON.
	 * @param value anything
	 * @return its JSON; where that is impossible a text that says so
	 */
	JsonNode toJson(@Nullable Object value) {
		if (value == null) {
			return NullNode.getInstance();
		}
		try {
			return this.masking.mask((JsonNode) this.mapper.valueToTree(value));
		}
		catch (JacksonException | StackOverflowError ex) {
			return StringNode.valueOf("not representable in JSON: " + value.getClass().getName());
		}
	}

	/**
	 * A JSON object as expressions like it.
	 * @param object the object, or {@code null}
	 * @return its members, or {@code null}
	 */
	public static @Nullable Map<String, Object> toMap(@Nullable ObjectNode object) {
		return (object != null) ? PLAIN.convertValue(object, MEMBERS) : null;
	}

	private static final class SensitiveIntrospector extends JacksonAnnotationIntrospector {

		private static final long serialVersionUID = 1L;

		@Override
		public @Nullable Object findSerializer(MapperConfig<?> config, Annotated annotated) {
			return annotated.hasAnnotation(Sensitive.class) ? new MaskSerializer()
					: super.findSerializer(config, annotated);
		}

	}

	private static final class MaskSerializer extends ValueSerializer<Object> {

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			generator.writeEmbeddedObject(StandInNode.masked(PLAIN.valueToTree(value)));
		}

	}

}
