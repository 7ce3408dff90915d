package io.auditspring.intercept;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which calls are audited.
 *
 * @param pointcut an AspectJ expression; public methods that it matches are audited
 * without annotation
 * @param skipped what happens to audited calls that something around the method left out,
 * without an answer of its own
 */
@ConfigurationProperties("audit")
record InterceptProperties(@Nullable String pointcut, @DefaultValue("ignore") SkippedCalls skipped) {
}
