/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.concurrent.Callable;

import io.auditspring.capture.internal.origin.Origins;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the results of audited methods that return publishers of a library that need
 * not be there.
 */
interface AsynchronousPublishers {

	/**
	 * Records the call each time its publisher has ended.
	 * @param publisher what the method returned
	 * @param call the call
	 * @return the publisher that its caller gets, or {@code null} if it is of an unknown
	 * kind
	 */
	@Nullable Object watch(Object publisher, Call call);

	/**
	 * Learns within which transaction the method runs each time, and records each attempt
	 * at the call that fails before anybody makes another one by subscribing again.
	 * @param publisher what the method returned
	 * @param call the call
	 * @return what the advice around the method gets, or {@code null} if it is of an
	 * unknown kind
	 */
	@Nullable Object watchMethod(Object publisher, Call call);

	/**
	 * Lets each subscription pass only if the call is approved, for whoever subscribes,
	 * and calls the method then. Neither the thread that asks for the publisher nor the
	 * one that subscribes waits for that.
	 * @param type what the method declares that it returns
	 * @param call the call
	 * @param next goes on to the method
	 * @return the publisher that stands for those of the method
	 */
	Object approved(Class<?> type, Call call, Origins.Work<@Nullable Object> next);

	/**
	 * Makes every further subscription one to a publisher of its own.
	 * @param first what is subscribed to at first
	 * @param next makes each further one
	 * @return the publisher to subscribe to, or {@code null} if it is of an unknown kind
	 */
	@Nullable Object repeat(Object first, Callable<@Nullable Object> next);

}
