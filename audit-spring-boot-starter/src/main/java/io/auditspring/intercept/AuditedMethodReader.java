package io.auditspring.intercept;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.AuditRecord;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.StateCapture;
import io.auditspring.intercept.AuditedMethod.Attribute;
import io.auditspring.intercept.AuditedMethod.Setter;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.util.ClassUtils;

/**
 * Reads what the annotation of a method says.
 */
public final class AuditedMethodReader {

	private static final Set<String> VARIABLES = Set.of("args", "result", "error", "actor", "before", "after",
			"target");

	private final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final Delivery defaultDelivery;

	private final boolean stateAvailable;

	/**
	 * Creates the reader.
	 * @param defaultDelivery the delivery of methods that do not choose
	 * @param stateAvailable whether anybody reports the state of entities
	 */
	public AuditedMethodReader(Delivery defaultDelivery, boolean stateAvailable) {
		this.defaultDelivery = defaultDelivery;
		this.stateAvailable = stateAvailable;
	}

	AuditedMethod read(Audited audited, Method method, Class<?> type) {
		List<String> parameters = parameters(method);
		Attributes attributes = new Attributes(place(method), parameters);
		attributes.expression("targetId", audited.targetId(), (record, value) -> record.targetId(text(value)));
		attributes.expression("targetName", audited.targetName(), (record, value) -> record.targetName(text(value)));
		attributes.template("message", audited.message(), (record, value) -> record.message(text(value)));
		attributes.expression("justification", audited.justification(),
				(record, value) -> record.justification(text(value)));
		attributes.expression("metadata", audited.metadata(), AuditedMethodReader::metadata);
		for (String related : audited.related()) {
			attributes.related(related);
		}
		return new AuditedMethod(outline(audited, method, type),
				this.stateAvailable && audited.state() == StateCapture.AUTO, parameters,
				attributes.condition(audited.condition()), attributes.all);
	}

	private AuditRecord outline(Audited audited, Method method, Class<?> type) {
		String action = audited.action();
		return AuditRecord
			.action(action.isBlank() ? ClassUtils.getShortName(type).replaceAll("^.*\\.", "") + '.' + method.getName()
					: action)
			.category(emptyToNull(audited.category()))
			.severity(audited.severity())
			.target(emptyToNull(audited.targetType()), null)
			.delivery((audited.delivery() == Delivery.DEFAULT) ? this.defaultDelivery : audited.delivery())
			.build();
	}

	private List<String> parameters(Method method) {
		@Nullable String @Nullable [] names = this.parameterNames.getParameterNames(method);
		List<String> parameters = new ArrayList<>();
		for (int i = 0; i < method.getParameterCount(); i++) {
			String name = (names != null) ? names[i] : null;
			parameters.add((name != null) ? name : "p" + i);
		}
		return parameters;
	}

	private static String place(Method method) {
		return "@Audited method %s.%s".formatted(method.getDeclaringClass().getName(), method.getName());
	}

	private static @Nullable String emptyToNull(String text) {
		return text.isEmpty() ? null : text;
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value != null) ? value.toString() : null;
	}

	private static void metadata(AuditRecord.Builder record, @Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, detail) -> record.metadata(String.valueOf(key), detail));
		}
		else if (value != null) {
			throw new IllegalArgumentException("A map was expected, not " + value.getClass().getName());
		}
	}

	private static void related(AuditRecord.Builder record, String type, @Nullable Object value) {
		if (value instanceof Collection<?> several) {
			several.forEach((one) -> related(record, type, one));
		}
		else if (value != null) {
			record.related(type, value);
		}
	}

	/**
	 * Gathers the attributes that are evaluated for every call.
	 */
	private static final class Attributes {

		private final String place;

		private final Set<String> variables = new TreeSet<>(VARIABLES);

		private final List<Attribute> all = new ArrayList<>();

		Attributes(String place, List<String> parameters) {
			this.place = place;
			this.variables.addAll(parameters);
		}

		void expression(String name, String text, Setter setter) {
			if (!text.isBlank()) {
				this.all.add(new Attribute(name,
						AuditExpression.expression(this.place + ", attribute " + name + ",", text, this.variables),
						setter));
			}
		}

		void template(String name, String text, Setter setter) {
			if (!text.isBlank()) {
				this.all.add(new Attribute(name,
						AuditExpression.template(this.place + ", attribute " + name + ",", text, this.variables),
						setter));
			}
		}

		void related(String text) {
			int colon = text.indexOf(':');
			if (colon < 1) {
				throw new AuditSetupException("%s, attribute related, has \"%s\"".formatted(this.place, text),
						"Write the type, a colon and an expression for the id, such as \"Connector:#connectorId\".");
			}
			String type = text.substring(0, colon).strip();
			expression("related", text.substring(colon + 1),
					(record, value) -> AuditedMethodReader.related(record, type, value));
		}

		@Nullable AuditExpression condition(String text) {
			return text.isBlank() ? null
					: AuditExpression.expression(this.place + ", attribute condition,", text, this.variables);
		}

	}

}
