package io.auditspring.intercept;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.auditspring.capture.RunningJobs;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Lets message listeners act under their own name: all methods that carry
 * {@link MessageMapping}. Those whose containers keep the bean before this post-processor
 * comes, as those of Kafka and RabbitMQ may, are not seen. A bean that no proxy stands in
 * for yet gets one only where that cannot change what it does.
 */
public final class ListenerPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private static final long serialVersionUID = 1L;

	private final transient Map<Class<?>, Boolean> listeners = new ConcurrentHashMap<>();

	/**
	 * Creates the post-processor.
	 * @param jobs where to name the listener
	 */
	public ListenerPostProcessor(Supplier<RunningJobs> jobs) {
		this.advisor = new DefaultPointcutAdvisor(new ComposablePointcut(new Listening()),
				(MethodInterceptor) (invocation) -> invoke(invocation, jobs.get()));
		setBeforeExistingAdvisors(true);
		setProxyTargetClass(true);
	}

	private static @Nullable Object invoke(MethodInvocation invocation, RunningJobs jobs) throws Throwable {
		Object target = invocation.getThis();
		Class<?> type = ClassUtils
			.getUserClass((target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass());
		String previous = jobs.replace(type.getSimpleName() + '.' + invocation.getMethod().getName());
		try {
			return invocation.proceed();
		}
		finally {
			jobs.replace(previous);
		}
	}

	@Override
	protected boolean isEligible(Object bean, String beanName) {
		return super.isEligible(bean, beanName) && (bean instanceof Advised || isHarmless(bean.getClass()));
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return this.listeners.computeIfAbsent(ClassUtils.getUserClass(targetClass),
				(type) -> Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
					.anyMatch(ListenerPostProcessor::isListener));
	}

	// A proxy is a subclass without the fields' values: what it does not override runs on
	// them.
	private static boolean isHarmless(Class<?> type) {
		if (Modifier.isFinal(type.getModifiers())) {
			return false;
		}
		for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
			if (Arrays.stream(level.getDeclaredMethods()).anyMatch(ListenerPostProcessor::escapes)
					|| Arrays.stream(level.getDeclaredFields()).anyMatch(ListenerPostProcessor::escapes)) {
				return false;
			}
		}
		return true;
	}

	private static boolean escapes(Method method) {
		int modifiers = method.getModifiers();
		return !Modifier.isStatic(modifiers) && (Modifier.isPrivate(modifiers) ? isListener(method)
				: Modifier.isFinal(modifiers) || !(Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)));
	}

	private static boolean escapes(Field field) {
		return !Modifier.isStatic(field.getModifiers()) && !Modifier.isPrivate(field.getModifiers());
	}

	private static boolean isListener(Method method) {
		return method.getDeclaredAnnotations().length > 0
				&& AnnotatedElementUtils.hasAnnotation(method, MessageMapping.class);
	}

	private static final class Listening extends StaticMethodMatcher {

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return isListener(method);
		}

	}

}
