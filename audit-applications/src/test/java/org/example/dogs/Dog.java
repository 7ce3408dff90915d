package org.example.dogs;

import org.springframework.data.annotation.Id;

record Dog(@Id Long id, String name) {

}
