/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.catalogue;

/**
 * The words that an application knows.
 *
 * @param actions what may be done
 * @param categories the types of events
 * @param targetTypes the kinds of things
 */
record Vocabularies(Words actions, Words categories, Words targetTypes) {

	boolean areOpen() {
		return this.actions.all().isEmpty() && this.categories.all().isEmpty() && this.targetTypes.all().isEmpty();
	}

}
