/**
 * Set up like the Spring PetClinic: controllers on repositories, Thymeleaf, JCache,
 * scripts for each database.
 */
package org.example.petclinic;
