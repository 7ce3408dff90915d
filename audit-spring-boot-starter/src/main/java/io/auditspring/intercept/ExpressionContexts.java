package io.auditspring.intercept;

import java.util.List;

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

	private final List<ConstructorResolver> constructors = List.of(new ReflectiveConstructorResolver());

	private final TypeConverter conversion = textOfAnything();

	private final BeanResolver beans;

	/**
	 * Creates it.
	 * @param beans the beans that expressions may refer to
	 */
	public ExpressionContexts(BeanFactory beans) {
		this.beans = new BeanFactoryResolver(beans);
	}

	/**
	 * Makes a context without variables.
	 * @return one that nobody else uses
	 */
	StandardEvaluationContext next() {
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.setPropertyAccessors(this.properties);
		context.setMethodResolvers(this.methods);
		context.setConstructorResolvers(this.constructors);
		context.setTypeConverter(this.conversion);
		context.setBeanResolver(this.beans);
		return context;
	}

	// By default a template takes numbers and texts, but no time and no id.
	private static TypeConverter textOfAnything() {
		DefaultConversionService conversions = new DefaultConversionService();
		conversions.addConverter(Object.class, String.class, Object::toString);
		return new StandardTypeConverter(conversions);
	}

}
