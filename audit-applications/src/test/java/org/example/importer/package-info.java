/**
 * A command line application that does its work and ends.
 */
package org.example.importer;
