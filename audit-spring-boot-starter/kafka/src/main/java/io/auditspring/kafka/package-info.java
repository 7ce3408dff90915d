/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Chains of many services, carried by Kafka to one ledger. A service sends its own chain:
 * begin with {@link io.auditspring.kafka.ChainPublisher}. The ledger that receives them
 * decides by signatures and places, not by Kafka's offsets: begin with
 * {@link io.auditspring.kafka.EntriesListener}. What goes back, receipts and requests, is
 * signed by that ledger: {@link io.auditspring.kafka.ReceiptSender}.
 */
@NullMarked
package io.auditspring.kafka;

import org.jspecify.annotations.NullMarked;
