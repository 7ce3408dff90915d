/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.handler;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * Answers requests for the trail. It is no controller of the application: neither its
 * prefixes and versions of paths nor its aspects concern it.
 */
public interface TrailHandler extends AopInfrastructureBean {

}
