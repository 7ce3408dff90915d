/**
 * An application that can do with or without any library but JPA.
 */
package org.example.matrix;
