/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.expression;

import java.util.List;
import java.util.Objects;
import java.util.Properties;

import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.capture.internal.value.Masking;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.ReflectiveConstructorResolver;
import org.springframework.expression.spel.support.ReflectiveMethodResolver;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeConverter;

/**
 * Makes what expressions see. What every call would make anew, and find out anew by
 * reflection, they share.
 */
public final class ExpressionContexts {

	private final List<PropertyAccessor> properties = List.of(new MapAccessor(), new ReflectivePropertyAccessor());

	private final List<MethodResolver> methods = List.of(new ReflectiveMethodResolver());

	private final List<PropertyAccessor> maskedProperties;

	private final List<MethodResolver> maskedMethods;

	private final List<ConstructorResolver> constructors = List.of(new ReflectiveConstructorResolver());

	private final TypeConverter conversion;

	private final BeanResolver beans;

	/**
	 * Creates it.
	 * @param beans the beans that expressions may refer to
	 * @param masking what expressions do not see whose value is shown
	 * @param texts makes texts of what they give
	 */
	public ExpressionContexts(BeanFactory beans, Masking masking, Texts texts) {
		this.beans = new BeanFactoryResolver(beans);
		this.maskedProperties = List.of(new MaskedMembers.OfMaps(masking), new MaskedMembers.OfObjects(masking));
		this.maskedMethods = List.of(new MaskedMembers.ByMethods(masking));
		this.conversion = textOfAnything(texts);
	}

	/**
	 * Makes a context without variables for what an entry shows.
	 * @return one that nobody else uses
	 */
	public StandardEvaluationContext next() {
		return context(this.maskedProperties, this.maskedMethods);
	}

	/**
	 * Makes a context without variables for what an entry does not show: whether a secret
	 * has some value may be asked.
	 * @return one that nobody else uses
	 */
	public StandardEvaluationContext open() {
		return context(this.properties, this.methods);
	}

	private StandardEvaluationContext context(List<PropertyAccessor> properties, List<MethodResolver> methods) {
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.setPropertyAccessors(properties);
		context.setMethodResolvers(methods);
		context.setConstructorResolvers(this.constructors);
		context.setTypeConverter(this.conversion);
		context.setBeanResolver(this.beans);
		return context;
	}

	// By default a template takes numbers and texts, but no time and no id.
	private static TypeConverter textOfAnything(Texts texts) {
		DefaultConversionService conversions = new DefaultConversionService();
		conversions.addConverter(Object.class, String.class, (value) -> text(texts, value));
		// Those have a converter of their own, which tells all of them.
		conversions.addConverter(Properties.class, String.class, (value) -> text(texts, value));
		return new StandardTypeConverter(conversions);
	}

	private static String text(Texts texts, Object value) {
		return Objects.requireNonNullElse(texts.text(value), "");
	}

}
