/**
 * Reading the trail over HTTP: REST and who may use it. Nothing here is open unless
 * somebody said so.
 */
@NullMarked
package io.auditspring.web;

import org.jspecify.annotations.NullMarked;
