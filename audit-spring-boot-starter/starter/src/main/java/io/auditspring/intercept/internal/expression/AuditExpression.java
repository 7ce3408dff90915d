/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.expression;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.common.CompositeStringExpression;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * An expression of an annotation: parsed once, checked at start-up.
 */
public final class AuditExpression {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private static final TemplateParserContext TEMPLATE = new TemplateParserContext();

	private static final Set<String> STATE = Set.of("before", "after");

	private static final Set<String> OUTCOME = Set.of("before", "after", "result", "error");

	private static final Pattern GETTER = Pattern.compile("(get|is)\\p{Upper}.*");

	private final Expression expression;

	private final boolean dependsOnState;

	private final boolean dependsOnOutcome;

	private final boolean namesError;

	private final boolean reachesIn;

	private AuditExpression(Expression expression, Set<String> used, Set<String> arguments) {
		this.expression = expression;
		this.reachesIn = reachesIn(expression);
		// An argument may have the name of one of those.
		Set<String> others = new TreeSet<>(used);
		others.removeAll(arguments);
		this.dependsOnState = others.stream().anyMatch(STATE::contains);
		this.namesError = others.contains("error");
		this.dependsOnOutcome = others.stream().anyMatch(OUTCOME::contains);
	}

	/**
	 * Parses an attribute that is an expression.
	 * @param place the method and attribute, for messages
	 * @param text the expression
	 * @param variables the variables it may use besides the arguments
	 * @param arguments the names of the arguments
	 * @return the expression
	 * @throws AuditSetupException if it is broken
	 */
	public static AuditExpression expression(String place, String text, Set<String> variables, Set<String> arguments) {
		return parse(place, text, variables, arguments, false);
	}

	/**
	 * Parses an attribute that is a text with expressions in it.
	 * @param place the method and attribute, for messages
	 * @param text the text
	 * @param variables the variables it may use besides the arguments
	 * @param arguments the names of the arguments
	 * @return the expression
	 * @throws AuditSetupException if it is broken
	 */
	public static AuditExpression template(String place, String text, Set<String> variables, Set<String> arguments) {
		return parse(place, text, variables, arguments, true);
	}

	private static AuditExpression parse(String place, String text, Set<String> variables, Set<String> arguments,
			boolean template) {
		try {
			Expression expression = template ? PARSER.parseExpression(text, TEMPLATE) : PARSER.parseExpression(text);
			Set<String> used = new TreeSet<>();
			collectVariables(expression, used);
			Set<String> known = new TreeSet<>(variables);
			known.addAll(arguments);
			checkVariables(place, text, used, known);
			return new AuditExpression(expression, used, arguments);
		}
		catch (ParseException | IllegalStateException ex) {
			throw new AuditSetupException(
					"%s has an expression that cannot be parsed: \"%s\" (%s)".formatted(place, text, ex.getMessage()),
					"Correct the expression. It is written in the Spring Expression Language, arguments are "
							+ "referred to as #name.",
					ex);
		}
	}

	private static void checkVariables(String place, String text, Set<String> used, Set<String> variables) {
		for (String variable : used) {
			if (!variables.contains(variable)) {
				throw new AuditSetupException(
						"%s refers to #%s, which does not exist: \"%s\"".formatted(place, variable, text),
						"Use one of %s. Arguments are known by name only in classes compiled with -parameters."
							.formatted(variables));
			}
		}
	}

	private static void collectVariables(Expression expression, Set<String> names) {
		if (expression instanceof CompositeStringExpression composite) {
			for (Expression part : composite.getExpressions()) {
				collectVariables(part, names);
			}
		}
		else if (expression instanceof SpelExpression spel) {
			collectVariables(spel.getAST(), names);
		}
	}

	private static void collectVariables(SpelNode node, Set<String> names) {
		if (node instanceof VariableReference) {
			String name = node.toStringAST().substring(1);
			if (!name.equals("this") && !name.equals("root")) {
				names.add(name);
			}
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			collectVariables(node.getChild(i), names);
		}
	}

	private static boolean reachesIn(Expression expression) {
		if (expression instanceof CompositeStringExpression composite) {
			return Arrays.stream(composite.getExpressions()).anyMatch(AuditExpression::reachesIn);
		}
		return expression instanceof SpelExpression spel && reachesIn(spel.getAST());
	}

	private static boolean reachesIn(SpelNode node) {
		boolean calls = node instanceof MethodReference method && !isGetter(method);
		if (calls || node instanceof Indexer || node instanceof TypeReference || node instanceof ConstructorReference
				|| node instanceof BeanReference) {
			return true;
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			if (reachesIn(node.getChild(i))) {
				return true;
			}
		}
		return false;
	}

	private static boolean isGetter(MethodReference method) {
		return method.getChildCount() == 0 && GETTER.matcher(method.getName()).matches();
	}

	/**
	 * Whether it may get at what properties do not show: by a text of an object, by the
	 * key of a map, or by code of the application.
	 * @return {@code false} if it only reads properties
	 */
	public boolean reachesIn() {
		return this.reachesIn;
	}

	public boolean dependsOnState() {
		return this.dependsOnState;
	}

	public boolean dependsOnOutcome() {
		return this.dependsOnOutcome;
	}

	/**
	 * Whether it shows something of what the call failed with.
	 * @return {@code false} if it does not name it
	 */
	public boolean namesError() {
		return this.namesError;
	}

	public @Nullable Object evaluate(EvaluationContext context) {
		return this.expression.getValue(context);
	}

}
