/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

/**
 * The filter of Alibaba's Druid that refuses SQL it does not understand, comments, and
 * several statements at once: PostgreSQL has never seen what it refuses.
 */
final class DruidWall {

	static final String REMEDY = "Druid's wall filter does not let the trail's SQL through: leave it out for this data "
			+ "source (spring.datasource.druid.filter.wall.enabled=false, and no 'wall' among its filters), or set "
			+ "audit.enabled=false.";

	private DruidWall() {
	}

	static boolean refused(Throwable failure) {
		StackTraceElement[] frames = failure.getStackTrace();
		String thrower = (frames.length > 0) ? frames[0].getClassName() : "";
		return thrower.startsWith("com.alibaba.druid.wall.") || thrower.startsWith("com.alibaba.druid.sql.");
	}

}
