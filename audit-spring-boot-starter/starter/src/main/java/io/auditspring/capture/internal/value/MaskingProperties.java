/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is never stored.
 *
 * @param keys words whose values are masked wherever they name a property, a map key or
 * an assignment in a text; they match as whole words, whatever the spelling, in the
 * plural as well, and from five letters on at the end of words that are written together
 */
@ConfigurationProperties("audit.masking")
public record MaskingProperties(@DefaultValue( {
		"password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "credential", "credentials",
		"cookie", "api key", "private key", "access key", "card number", "credit card", "cvv", "cvc", "pin",
		"account number", "iban", "ssn", "social security number" }) List<String> keys){

}
