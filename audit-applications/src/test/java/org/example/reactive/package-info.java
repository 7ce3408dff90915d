/**
 * A reactive application whose services block.
 */
package org.example.reactive;
