package org.example.bank;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

@Aspect
@Component
public class LoggingAspect {

	@Around("within(@org.springframework.stereotype.Service *) || within(@org.springframework.web.bind.annotation.RestController *)")
	public Object logAround(ProceedingJoinPoint point) throws Throwable {
		LoggerFactory.getLogger(point.getSignature().getDeclaringTypeName()).debug("Enter: {}", point.getSignature());
		return point.proceed();
	}

}
