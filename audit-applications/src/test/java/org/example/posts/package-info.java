/**
 * A reactive application with R2DBC, which reaches its database by JDBC for nothing but
 * the trail.
 */
package org.example.posts;
