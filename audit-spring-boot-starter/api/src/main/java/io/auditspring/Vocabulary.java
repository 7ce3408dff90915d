/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Tells which words entries have for an application's constants. A constant whose
 * {@code toString} is its own has that one.
 *
 * @since 0.1.0
 */
public final class Vocabulary {

	private Vocabulary() {
	}

	/**
	 * The action that a constant stands for.
	 * @param constant such as {@code DEVICE_ONBOARD}
	 * @return its text, else its name in lower case with dots, {@code device.onboard}
	 */
	public static String action(Enum<?> constant) {
		return isPlain(constant) ? constant.name().toLowerCase(Locale.ROOT).replace('_', '.') : constant.toString();
	}

	/**
	 * The category that a constant stands for.
	 * @param constant such as {@code CONFIGURATION_CHANGE}
	 * @return its text, else its name in lower case, {@code configuration_change}
	 */
	public static String category(Enum<?> constant) {
		return isPlain(constant) ? constant.name().toLowerCase(Locale.ROOT) : constant.toString();
	}

	/**
	 * The type of target that a constant stands for.
	 * @param constant such as {@code PURCHASE_ORDER}
	 * @return its text, else its name as a class has it, {@code PurchaseOrder}; a name
	 * that is not all in upper case stays as it is
	 */
	public static String targetType(Enum<?> constant) {
		String name = constant.name();
		if (!isPlain(constant) || !name.equals(name.toUpperCase(Locale.ROOT))) {
			return constant.toString();
		}
		return Arrays.stream(name.split("_"))
			.filter((word) -> !word.isEmpty())
			.map((word) -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
			.collect(Collectors.joining());
	}

	private static boolean isPlain(Enum<?> constant) {
		return constant.name().equals(constant.toString());
	}

}
