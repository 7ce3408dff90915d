package io.auditspring.capture;

import java.util.Map;
import java.util.Objects;

import io.auditspring.Sensitive;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.TokenStreamLocation;
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
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.databind.node.TreeBuildingGenerator;

/**
 * Turns what an application hands over into JSON, with secrets masked. It has a mapper of
 * its own: how the application writes its REST answers must not change what is recorded.
 */
public final class JsonValues {

	static {
		// A class that is first used deep in an endless recursion fails to initialize,
		// and
		// then stays unusable for everybody. This one is used when such a value is
		// refused.
		Objects.requireNonNull(TokenStreamLocation.NA);
	}

	private static final JsonMapper PLAIN = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final TypeReference<Map<String, Object>> MEMBERS = new TypeReference<>() {
	};

	private final JsonMapper mapper = JsonMapper.builder()
		.annotationIntrospector(new SensitiveIntrospector())
		.addModule(new CautiousModule())
		.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
		.build();

	private final Masking masking;

	private final Limits limits;

	/**
	 * Creates the writer.
	 * @param masking what is hidden
	 * @param limits how large a value may be
	 */
	public JsonValues(Masking masking, Limits limits) {
		this.masking = masking;
		this.limits = limits;
	}

	Limits limits() {
		return this.limits;
	}

	/**
	 * The value as JSON. Texts in it may still be of any length.
	 * @param value anything; whatever it does when it is read, this returns
	 * @return its JSON; where that is impossible a text that says so
	 */
	JsonNode toJson(@Nullable Object value) {
		if (value == null) {
			return NullNode.getInstance();
		}
		NodeBudget nodes = new NodeBudget(this.limits.maxNodes());
		try {
			TreeBuildingGenerator tree = TreeBuildingGenerator.forSerialization(null, nodes);
			this.mapper.writeValue(tree, value);
			return this.masking.mask(tree.treeBuilt());
		}
		catch (Throwable ex) {
			if (ex instanceof VirtualMachineError && !(ex instanceof StackOverflowError)) {
				throw ex;
			}
			return nodes.isExceeded() ? Limits.unread(value)
					: StringNode.valueOf("not representable in JSON: " + value.getClass().getName());
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

	private static final class CautiousModule extends SimpleModule {

		private static final long serialVersionUID = 1L;

		@Override
		public void setupModule(SetupContext context) {
			context.addSerializers(new CautiousSerializers());
		}

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
